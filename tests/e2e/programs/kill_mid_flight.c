// Four threads leak 32-byte blocks for ever. After every 1000, a thread writes one byte, its number, to
// stdout: the reader of the pipe knows how many allocations are certain when it kills us.
#include <pthread.h>
#include <unistd.h>

#include "known.h"

DEFINE_LEAK(leak_thread_0)
DEFINE_LEAK(leak_thread_1)
DEFINE_LEAK(leak_thread_2)
DEFINE_LEAK(leak_thread_3)

static void (*const g_leaks[4])(int, size_t) = {leak_thread_0, leak_thread_1, leak_thread_2, leak_thread_3};

static void* leak_and_tell(void* number) {
  const char index = (char)(size_t)number;
  const char digit = (char)('0' + index);
  for (;;) {
    g_leaks[(int)index](1000, 32);
    require(write(STDOUT_FILENO, &digit, 1) == 1, "write");
  }
  return NULL;
}

int main(void) {
  pthread_t threads[4];
  for (size_t i = 0; i < 4; ++i) pthread_create(&threads[i], NULL, leak_and_tell, (void*)i);
  pthread_join(threads[0], NULL);
  return 0;
}
