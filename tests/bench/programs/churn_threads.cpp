// Threads that allocate at a given depth and hand their blocks over: most blocks are freed by another thread.
//   churn_threads THREADS DEPTH [ROUNDS]
#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

#include "call_tree.h"

namespace {

// Whoever puts a block here frees the one that was there.
std::array<std::atomic<void*>, 4096> g_exchange;

void exchange_a_block(void* context) {
  auto& random_state = *static_cast<std::uint32_t*>(context);
  const std::uint32_t random = next_random(&random_state);
  void* const block = std::malloc(16 + (random >> 12) % 500);
  std::free(g_exchange[random % g_exchange.size()].exchange(block, std::memory_order_acq_rel));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fputs("usage: churn_threads THREADS DEPTH [ROUNDS]\n", stderr);
    return 2;
  }
  const int count = std::atoi(argv[1]);
  const int depth = std::atoi(argv[2]);
  const long rounds = argc > 3 ? std::atol(argv[3]) : 1'600'000;
  std::vector<std::thread> threads;
  for (int i = 0; i != count; ++i) {
    threads.emplace_back([=] {
      std::uint32_t random = static_cast<std::uint32_t>(i) * 7919U + 1U;
      CallTree tree{static_cast<std::uint32_t>(i) + 1U, exchange_a_block, &random};
      call_at_depth(&tree, depth, rounds / count);
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (std::atomic<void*>& block : g_exchange) std::free(block.load(std::memory_order_relaxed));
  return 0;
}
