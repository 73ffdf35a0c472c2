// A thread runs where a dead thread's stack was, and below its frames lies what the dead thread knew.
#include <pthread.h>
#include <unistd.h>
#include <atomic>
#include <cstdlib>

#include "truth.h"

namespace {

std::atomic<bool> g_waiting;

void* hold_and_end(void* fixed) {
  void* volatile deep[512];
  for (int i = 0; i < 10; ++i) deep[i] = std::malloc(100);
  for (int i = 0; fixed != nullptr && i < 10; ++i) std::free(deep[i]);
  return nullptr;
}

void* wait_forever(void*) {
  g_waiting = true;
  for (;;) pause();
  return nullptr;
}

void work(bool fixed) {
  pthread_t thread;
  pthread_create(&thread, nullptr, hold_and_end, fixed ? &thread : nullptr);
  pthread_join(thread, nullptr);
  pthread_create(&thread, nullptr, wait_forever, nullptr);
  while (!g_waiting) sched_yield();
  usleep(1'000);
}

}  // namespace

int main(int argc, char** argv) { return run(argc, argv, work); }
