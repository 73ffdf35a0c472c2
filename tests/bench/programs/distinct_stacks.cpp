// As many distinct call stacks as a large program has, for reports that show all of them: a call tree 24
// frames deep with four functions at each level, blocks of mixed sizes and lifetimes, a few places that are
// busier than the rest, one in a thousand that frees nothing.
//   distinct_stacks [EVENTS] [STACKS]
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <utility>
#include <vector>

#include "call_tree.h"

namespace {

constexpr int kLevels = 24;
constexpr std::size_t kLiveBlocks = 300'000;
constexpr std::uint64_t kBusyStacks = 2'000;
constexpr std::uint64_t kLeakyStacks = 1'000;  // one in so many

struct Program {
  std::uint64_t random = 88172645463325252U;
  std::uint64_t events_left = 0;
  std::uint64_t stack = 0;
  std::vector<void*> live;

  std::uint64_t next() {
    random ^= random << 13;
    random ^= random >> 7;
    random ^= random << 17;
    return random;
  }
};

void free_one(Program& program) {
  constexpr std::size_t kYoung = 64;
  const std::size_t count = program.live.size();
  const std::size_t age = program.next() % (program.next() % 4 != 0 && count > kYoung ? kYoung : count);
  std::swap(program.live[count - 1 - age], program.live.back());
  std::free(program.live.back());
  program.live.pop_back();
  --program.events_left;
}

BENCH_FRAME void allocate(Program& program) {
  // Most places make objects of one size, one in four makes texts and buffers.
  const std::uint64_t variable = program.stack % 4 == 0 ? program.next() % 64 : 0;
  void* block = std::malloc(16 + program.stack % 97 * 8 + variable);
  --program.events_left;
  if (program.stack % kLeakyStacks != 0) program.live.push_back(block);
  BENCH_END_OF_FRAME();
}

// The outer levels belong to many stacks, the inner ones to few: two bits of `stack` decide at every third
// level, and what is between follows from those above.
template <int kLevel, int kFunction>
BENCH_FRAME void descend(Program& program, std::uint64_t above) {
  __asm__ volatile("" ::"i"(kFunction));  // else the functions of a level are one to the compiler
  if constexpr (kLevel == 0) {
    allocate(program);
  } else {
    constexpr int kDigit = kLevel / 3;
    const std::uint64_t digit = program.stack >> 2 * kDigit & 3;
    above = above * 4 + digit;
    const std::uint64_t way = kLevel % 3 == 0 ? digit : above * 0x9e3779b97f4a7c15U >> 62;
    switch (kLevel == 1 ? program.stack & 3 : way) {
      case 0:
        descend<kLevel - 1, 0>(program, above);
        break;
      case 1:
        descend<kLevel - 1, 1>(program, above);
        break;
      case 2:
        descend<kLevel - 1, 2>(program, above);
        break;
      default:
        descend<kLevel - 1, 3>(program, above);
        break;
    }
  }
  BENCH_END_OF_FRAME();
}

}  // namespace

int main(int argc, char** argv) {
  static Program program;  // its blocks stay reachable
  program.events_left = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 10'000'000;
  const std::uint64_t stacks = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 50'000;
  program.live.reserve(kLiveBlocks + 1);
  for (std::uint64_t turn = 0; program.events_left > 1; ++turn) {
    program.stack = turn < stacks ? turn : program.next() % (program.next() % 2 != 0 ? kBusyStacks : stacks);
    descend<kLevels, 0>(program, 0);
    if (program.live.size() >= kLiveBlocks || program.next() % 16 < 15) {
      if (!program.live.empty()) free_one(program);
    }
  }
  return 0;
}
