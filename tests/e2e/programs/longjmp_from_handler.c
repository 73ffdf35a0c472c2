// A signal handler leaves by siglongjmp, often from the middle of an allocation call. The program goes on,
// and what it leaks afterwards must be recorded to the last block.
#include <setjmp.h>
#include <signal.h>
#include <sys/time.h>

#include "known.h"

static sigjmp_buf g_restart;

static void on_alarm(int signal_number) {
  (void)signal_number;
  siglongjmp(g_restart, 1);
}

int main(void) {
  struct sigaction action = {.sa_handler = on_alarm};
  require(sigaction(SIGALRM, &action, NULL) == 0, "sigaction");
  volatile int jumps = 0;
  for (;;) {
    if (sigsetjmp(g_restart, 1) != 0) ++jumps;
    if (jumps == 500) break;
    const struct itimerval soon = {{0, 0}, {0, 150}};
    require(setitimer(ITIMER_REAL, &soon, NULL) == 0, "setitimer");
    for (;;) churn(10, 100);
  }
  leak_known(1500, 56);
  printf("%d jumps\n", jumps);
  return 0;
}
