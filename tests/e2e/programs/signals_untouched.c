// Prints what another library in the process could disturb: dispositions, masks, pending signals, children,
// timers and sigwait.
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "known.h"

static void print_dispositions(void) {
  for (int number = 1; number < NSIG; ++number) {
    struct sigaction action;
    if (sigaction(number, NULL, &action) != 0) continue;
    if (action.sa_handler != SIG_DFL) printf("signal %d is not default\n", number);
  }
}

static void print_masks(void) {
  sigset_t blocked;
  sigset_t pending;
  pthread_sigmask(SIG_BLOCK, NULL, &blocked);
  sigpending(&pending);
  for (int number = 1; number < NSIG; ++number) {
    if (sigismember(&blocked, number) == 1) printf("signal %d is blocked\n", number);
    if (sigismember(&pending, number) == 1) printf("signal %d is pending\n", number);
  }
}

static void wait_for_timer(void) {
  sigset_t wanted;
  sigemptyset(&wanted);
  sigaddset(&wanted, SIGRTMIN + 3);
  pthread_sigmask(SIG_BLOCK, &wanted, NULL);
  struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN + 3};
  timer_t timer;
  require(timer_create(CLOCK_MONOTONIC, &event, &timer) == 0, "timer_create");
  const struct itimerspec soon = {{0, 1000000}, {0, 1000000}};
  require(timer_settime(timer, 0, &soon, NULL) == 0, "timer_settime");
  for (int i = 0; i < 20; ++i) {
    int number = 0;
    require(sigwait(&wanted, &number) == 0, "sigwait");
    churn(100, 64);
    if (number != SIGRTMIN + 3) printf("sigwait got %d\n", number);
  }
  timer_delete(timer);
  puts("20 timer signals");
}

int main(void) {
  print_dispositions();
  print_masks();
  churn(100000, 64);
  leak_known(100, 64);
  const int waited = (int)wait(NULL);
  printf("wait: %d, %s\n", waited, strerror(errno));
  const struct timespec nap = {0, 50000000};
  struct timespec left;
  printf("nanosleep: %d\n", nanosleep(&nap, &left));  // an interrupted sleep would say -1
  wait_for_timer();
  print_dispositions();
  return 0;
}
