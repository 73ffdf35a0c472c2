// Gives up everything: chroot into the directory that the argument names, then an unprivileged user. It goes
// on allocating afterwards.
#define _GNU_SOURCE
#include <grp.h>
#include <unistd.h>

#include "known.h"

int main(int argc, char** argv) {
  require(argc == 2, "usage: change_root_and_user DIRECTORY");
  leak_known(20, 440);
  require(chroot(argv[1]) == 0 && chdir("/") == 0, "chroot");
  require(setgroups(0, NULL) == 0 && setgid(65534) == 0 && setuid(65534) == 0, "setuid");
  churn(100000, 100);
  leak_known(21, 440);
  printf("uid %d\n", (int)getuid());
  return 0;
}
