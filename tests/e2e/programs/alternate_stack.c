// A handler on an alternate stack allocates.
#include <signal.h>

#include "known.h"

DEFINE_LEAK(leak_on_alternate_stack)

static void on_signal(int signal_number) {
  (void)signal_number;
  leak_on_alternate_stack(1, 216);
}

int main(void) {
  static char alternate[64 << 10];
  const stack_t stack = {.ss_sp = alternate, .ss_size = sizeof alternate};
  require(sigaltstack(&stack, NULL) == 0, "sigaltstack");
  struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_ONSTACK};
  require(sigaction(SIGUSR1, &action, NULL) == 0, "sigaction");
  for (int i = 0; i < 300; ++i) {
    leak_known(1, 216);
    raise(SIGUSR1);
  }
  return 0;
}
