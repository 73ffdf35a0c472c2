// One block each for a variable that a header would declare, a thread-local one of the main thread, and the same of a
// thread that waits. Nothing is lost.
#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>

extern void* g_registry;
void* g_registry;
thread_local void* t_session;
static std::atomic<bool> g_waits;

[[gnu::noinline]] static void* wait_for_ever(void*) {
  t_session = std::malloc(300);
  g_waits = true;
  for (;;) pause();
}

int main() {
  g_registry = std::malloc(100);
  t_session = std::malloc(200);
  pthread_t thread;
  if (pthread_create(&thread, nullptr, wait_for_ever, nullptr) != 0) return 1;
  while (!g_waits) usleep(1000);
}
