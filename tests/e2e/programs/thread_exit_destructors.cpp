// Allocates while threads die: in destructors of thread-specific data, several rounds of them, and of
// thread_local objects.
#include <pthread.h>

#include <cstdio>
#include <memory>
#include <thread>

#include "known.h"

DEFINE_LEAK(leak_in_key_destructor)
DEFINE_LEAK(leak_in_thread_local)

namespace {

constexpr int kThreads = 50;
pthread_key_t g_key;

void destroy_key_value(void* rounds_left) {
  leak_in_key_destructor(2, 120);
  churn(10, 120);
  const auto rounds = reinterpret_cast<std::size_t>(rounds_left);
  if (rounds > 1) pthread_setspecific(g_key, reinterpret_cast<void*>(rounds - 1));
}

struct AllocatesWhenDestroyed {
  std::unique_ptr<int> value = std::make_unique<int>(1);
  ~AllocatesWhenDestroyed() { leak_in_thread_local(*value, 136); }
};

void work() {
  thread_local AllocatesWhenDestroyed object;
  g_sink = object.value.get();
  pthread_setspecific(g_key, reinterpret_cast<void*>(std::size_t{3}));
}

}  // namespace

int main() {
  require(pthread_key_create(&g_key, destroy_key_value) == 0, "key");
  for (int i = 0; i != kThreads; ++i) std::thread(work).join();
  std::puts("joined");
  return 0;
}
