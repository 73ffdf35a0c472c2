// Threads that have ended and that nobody joins: no memory of the program's own, but ten stacks.
#include <pthread.h>

#include <atomic>

#include "truth.h"

namespace {

std::atomic<int> g_ended;

void* end_at_once(void*) {
  g_ended.fetch_add(1);
  return nullptr;
}

void work(bool fixed) {
  pthread_t threads[10];
  for (pthread_t& thread : threads) pthread_create(&thread, nullptr, end_at_once, nullptr);
  while (g_ended.load() != 10) sched_yield();
  if (!fixed) return;
  for (pthread_t thread : threads) pthread_join(thread, nullptr);
}

}  // namespace

int main(int argc, char** argv) { return run(argc, argv, work); }
