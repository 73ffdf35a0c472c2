// Many exceptions, through deep stacks, in several threads at once; every destructor on the way must run.
#include <atomic>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "known.h"

namespace {

std::atomic<int> g_destroyed{0};

struct Counted {
  std::string text = "a string long enough to live on the heap, as most do";
  ~Counted() { g_destroyed.fetch_add(1, std::memory_order_relaxed); }
};

__attribute__((noinline)) void descend(int depth) {
  Counted object;
  g_sink = object.text.data();
  if (depth == 0) throw std::runtime_error("bottom");
  descend(depth - 1);
}

void work() {
  for (int i = 0; i != 500; ++i) {
    try {
      descend(20);
    } catch (const std::runtime_error& error) {
      if (std::string(error.what()) != "bottom") std::puts("wrong exception");
    }
  }
  leak_known(25, 232);
}

}  // namespace

int main() {
  std::vector<std::thread> threads;
  for (int i = 0; i != 8; ++i) threads.emplace_back(work);
  for (std::thread& thread : threads) thread.join();
  std::printf("%d destroyed\n", g_destroyed.load());
  return 0;
}
