// A thread waits with the only pointer to a block on its stack.
#include <pthread.h>
#include <atomic>
#include <cstdlib>

#include "truth.h"

namespace {

std::atomic<bool> g_waiting;
std::atomic<bool> g_go_on;
pthread_mutex_t g_mutex = PTHREAD_MUTEX_INITIALIZER;
pthread_cond_t g_changed = PTHREAD_COND_INITIALIZER;

void* wait_with_block(void*) {
  void* volatile block = std::malloc(100);
  pthread_mutex_lock(&g_mutex);
  g_waiting = true;
  while (!g_go_on) pthread_cond_wait(&g_changed, &g_mutex);
  pthread_mutex_unlock(&g_mutex);
  std::free(block);
  return nullptr;
}

void work(bool fixed) {
  pthread_t thread;
  pthread_create(&thread, nullptr, wait_with_block, nullptr);
  while (!g_waiting) sched_yield();
  pthread_mutex_lock(&g_mutex);  // the thread is inside pthread_cond_wait now
  g_go_on = fixed;
  pthread_cond_signal(&g_changed);
  pthread_mutex_unlock(&g_mutex);
  if (fixed) pthread_join(thread, nullptr);
}

}  // namespace

int main(int argc, char** argv) { return run(argc, argv, work); }
