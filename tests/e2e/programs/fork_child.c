// The parent leaks 10 blocks and forks; the child frees 4 of them, leaks 7 of its own and leaves; the parent
// leaks 5 more.
#include <sys/wait.h>
#include <unistd.h>

#include "known.h"

DEFINE_LEAK(leak_in_child)
DEFINE_LEAK(leak_after_fork)

static void* g_before[10];

__attribute__((noinline)) static void leak_before_fork(void) {
  for (int i = 0; i < 10; ++i) g_before[i] = malloc(1000);
}

static void run_child(void) {
  for (int i = 0; i < 4; ++i) free(g_before[i]);
  leak_in_child(7, 1000);
  exit(9);
}

int main(void) {
  leak_before_fork();
  const pid_t child = fork();
  require(child >= 0, "fork");
  if (child == 0) run_child();
  int status = 0;
  require(waitpid(child, &status, 0) == child, "waitpid");
  leak_after_fork(5, 1000);
  printf("child exited %d\n", WEXITSTATUS(status));
  return 0;
}
