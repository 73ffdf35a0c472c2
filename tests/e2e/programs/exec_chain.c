// Replaces itself: `exec_chain 2` leaks, becomes `exec_chain 1`, which leaks and becomes `exec_chain 0`. Each
// image leaks 10 blocks more than the one after it. An exec that fails comes back, and the program goes on.
#include <unistd.h>

#include "known.h"

int main(int argc, char** argv) {
  require(argc == 2, "usage: exec_chain STEPS");
  const int steps = atoi(argv[1]);
  leak_known(10 * steps, 376);
  char* const nowhere[] = {"nowhere", NULL};
  require(execv("/nonexistent/program", nowhere) == -1, "execv");
  leak_known(10, 376);
  printf("image %d\n", steps);
  fflush(stdout);
  if (steps == 0) return 12;
  char next[16];
  snprintf(next, sizeof next, "%d", steps - 1);
  execl(argv[0], argv[0], next, (char*)NULL);
  return 98;
}
