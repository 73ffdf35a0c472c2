// A trace of any length for the analyzer: a call tree 20 frames deep with a few thousand call paths, a heap
// that stays at a given number of blocks, of which most die young.
//   mixed_lifetimes EVENTS [LIVE_BLOCKS] [THREADS]
//
// The analyzer's time for 50 million events (analyze_bench.cpp tells what it prints):
//   leakscan run -o long.zst mixed_lifetimes 50000000 && analyze_bench long.zst 1
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <utility>
#include <vector>

#include "call_tree.h"

namespace {

constexpr int kLevels = 20;
constexpr int kRepeatingLevels = 3;  // the innermost ones call again now and then

struct Worker {
  std::uint64_t random;
  std::uint64_t events_left;
  std::size_t most_blocks;
  std::vector<void*> live;

  std::uint64_t next() {
    random ^= random << 13;
    random ^= random >> 7;
    random ^= random << 17;
    return random;
  }
};

void allocate_or_free(Worker& worker) {
  const std::size_t count = worker.live.size();
  if (count == 0 || (count < worker.most_blocks && worker.next() % 4 != 0)) {
    worker.live.push_back(std::malloc(16 + worker.next() % 300));
    return;
  }
  constexpr std::size_t kYoung = 64;
  const std::size_t age = worker.next() % (worker.next() % 4 != 0 && count > kYoung ? kYoung : count);
  std::swap(worker.live[count - 1 - age], worker.live.back());
  std::free(worker.live.back());
  worker.live.pop_back();
}

// Two functions at each level: the bits of `path` say by which of them a call goes.
template <int kLevel, bool kOther>
BENCH_FRAME void descend(Worker& worker, std::uint64_t path) {
  BENCH_END_OF_FRAME();
  if constexpr (kLevel == 0) {
    for (int i = 0; i != 2 && worker.events_left != 0; ++i, --worker.events_left) allocate_or_free(worker);
  } else {
    if (path % 2 != 0) {
      descend<kLevel - 1, false>(worker, path / 2);
    } else {
      descend<kLevel - 1, true>(worker, path / 2);
    }
    if (kLevel <= kRepeatingLevels && worker.events_left != 0 && worker.next() % 2 != 0) {
      descend<kLevel - 1, kOther>(worker, worker.next() % 4);
    }
  }
  BENCH_END_OF_FRAME();
}

void run(std::uint64_t seed, std::uint64_t events, std::size_t most_blocks) {
  Worker worker{88172645463325252U + seed * 7919, events, most_blocks, {}};
  worker.live.reserve(most_blocks + 1);
  while (worker.events_left != 0) {
    // One call in eight begins anywhere, the others in a small part of the tree.
    const std::uint64_t place = worker.next() & 0xff003;
    descend<kLevels, false>(worker, worker.next() % 8 != 0 ? place & 0x3f000 : place);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fputs("usage: mixed_lifetimes EVENTS [LIVE_BLOCKS] [THREADS]\n", stderr);
    return 2;
  }
  const std::uint64_t events = std::strtoull(argv[1], nullptr, 10);
  const std::size_t live_blocks = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 200000;
  const std::size_t count = argc > 3 ? std::strtoull(argv[3], nullptr, 10) : 1;
  std::vector<std::thread> threads;
  for (std::size_t i = 1; i < count; ++i) threads.emplace_back(run, i, events / count, live_blocks / count);
  run(0, events / count, live_blocks / count);
  for (std::thread& thread : threads) thread.join();
  return 0;
}
