// Four threads fork ten children each while four others allocate without pause. Every child allocates, leaks
// 2 blocks and leaves by _exit or exit in turn.
#include <pthread.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

#include "known.h"

DEFINE_LEAK(leak_in_child)

static atomic_int g_stop;

static void* allocate(void* unused) {
  (void)unused;
  while (!atomic_load(&g_stop)) churn(100, 200);
  return NULL;
}

static void* fork_children(void* unused) {
  (void)unused;
  for (int i = 0; i < 10; ++i) {
    const pid_t child = fork();
    require(child >= 0, "fork");
    if (child == 0) {
      churn(200, 300);
      leak_in_child(2, 328);
      if (i % 2 == 0) _exit(21);
      exit(21);
    }
    int status = 0;
    require(waitpid(child, &status, 0) == child, "waitpid");
    require(WIFEXITED(status) && WEXITSTATUS(status) == 21, "child status");
  }
  return NULL;
}

int main(void) {
  pthread_t allocators[4];
  pthread_t forkers[4];
  for (int i = 0; i < 4; ++i) pthread_create(&allocators[i], NULL, allocate, NULL);
  for (int i = 0; i < 4; ++i) pthread_create(&forkers[i], NULL, fork_children, NULL);
  for (int i = 0; i < 4; ++i) pthread_join(forkers[i], NULL);
  atomic_store(&g_stop, 1);
  for (int i = 0; i < 4; ++i) pthread_join(allocators[i], NULL);
  puts("40 children");
  return 0;
}
