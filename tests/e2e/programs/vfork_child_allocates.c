// A vfork child shares our memory: what it allocates before it leaves stays allocated in the parent.
#include <sys/wait.h>
#include <unistd.h>

#include "known.h"

DEFINE_LEAK(leak_in_vfork_child)

__attribute__((noinline)) static void run_child(void) {
  const pid_t child = vfork();
  if (child == 0) {
    leak_in_vfork_child(1, 360);
    _exit(0);
  }
  require(child > 0 && waitpid(child, NULL, 0) == child, "vfork");
}

int main(void) {
  for (int i = 0; i < 20; ++i) run_child();
  leak_known(30, 360);
  return 0;
}
