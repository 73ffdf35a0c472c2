// Threads resize blocks without pause: inside realloc, only its caller's frame knows a block, by its old
// address or its new one. Sizes vary; nothing is ever lost.
#include <pthread.h>
#include <atomic>
#include <cstdlib>

#include "truth.h"

namespace {

std::atomic<int> g_started;
std::atomic<bool> g_stop;

void* resize_forever(void*) {
  char* block = static_cast<char*>(std::malloc(1'000));
  g_started.fetch_add(1);
  for (std::size_t size = 1'000; !g_stop.load(std::memory_order_relaxed); size = size * 7 % 500'009) {
    block = static_cast<char*>(std::realloc(block, size + 16));
    block[0] = 'x';
  }
  std::free(block);
  return nullptr;
}

void work(bool fixed) {
  pthread_t threads[3];
  for (pthread_t& thread : threads) pthread_create(&thread, nullptr, resize_forever, nullptr);
  while (g_started.load() != 3) sched_yield();
  if (!fixed) return;
  g_stop = true;
  for (pthread_t thread : threads) pthread_join(thread, nullptr);
}

}  // namespace

int main(int argc, char** argv) { return run(argc, argv, work); }
