// A timer signal every 100 us allocates in its handler, wherever it interrupts the main loop, which allocates
// as fast as it can. Exactly 3000 blocks are leaked by the handler and 2000 by main afterwards.
#include <signal.h>
#include <stdatomic.h>
#include <sys/time.h>

#include "known.h"

enum { kHandlerBlocks = 3000 };
static atomic_int g_handled;

DEFINE_LEAK(leak_in_handler)

static void set_timer(int microseconds) {
  const struct itimerval interval = {{0, microseconds}, {0, microseconds}};
  require(setitimer(ITIMER_REAL, &interval, NULL) == 0, "setitimer");
}

static void on_alarm(int signal_number) {
  (void)signal_number;
  if (atomic_load(&g_handled) >= kHandlerBlocks) return;
  leak_in_handler(1, 24);
  churn(2, 40);
  atomic_fetch_add(&g_handled, 1);
}

int main(void) {
  struct sigaction action = {.sa_handler = on_alarm, .sa_flags = SA_RESTART};
  require(sigaction(SIGALRM, &action, NULL) == 0, "sigaction");
  set_timer(100);
  while (atomic_load(&g_handled) < kHandlerBlocks) {
    churn(10, 100);
    g_sink = realloc(malloc(10), 200);
    free(g_sink);
  }
  set_timer(0);
  leak_known(2000, 24);
  printf("%d handled\n", atomic_load(&g_handled));
  return 0;
}
