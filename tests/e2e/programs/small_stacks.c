// Threads with the smallest stack there is allocate in every way; a stack overflow still reaches its handler.
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "known.h"

static void* work(void* unused) {
  (void)unused;
  leak_known(4, 184);
  void* block = calloc(3, 50);
  block = realloc(block, 5000);
  free(block);
  return NULL;
}

static void run_small_threads(void) {
  pthread_attr_t small;
  pthread_attr_init(&small);
  require(pthread_attr_setstacksize(&small, (size_t)PTHREAD_STACK_MIN) == 0, "stack size");
  for (int i = 0; i < 10; ++i) {
    pthread_t thread;
    require(pthread_create(&thread, &small, work, NULL) == 0, "pthread_create");
    pthread_join(thread, NULL);
  }
}

static void overflowed(int signal_number) {
  (void)signal_number;
  leak_known(4, 184);
  static const char text[] = "overflow caught\n";
  if (write(STDOUT_FILENO, text, sizeof text - 1) < 0) _exit(98);
  _exit(17);
}

static volatile int g_stop_recursion;  // never set

__attribute__((noinline)) static int recurse(int depth) {
  volatile char frame[512];
  frame[0] = (char)depth;
  churn(1, 32);
  return g_stop_recursion ? 0 : recurse(depth + 1) + frame[0];
}

int main(void) {
  run_small_threads();
  static char alternate[64 << 10];
  const stack_t stack = {.ss_sp = alternate, .ss_size = sizeof alternate};
  require(sigaltstack(&stack, NULL) == 0, "sigaltstack");
  struct sigaction action = {.sa_handler = overflowed, .sa_flags = SA_ONSTACK};
  require(sigaction(SIGSEGV, &action, NULL) == 0, "sigaction");
  return recurse(0);
}
