// Closes every descriptor it can have, then opens files of its own and writes to them in the directory that
// the argument names: they hold exactly what was written.
#define _GNU_SOURCE
#include <fcntl.h>
#include <unistd.h>

#include "known.h"

static void write_file(const char* directory, int index) {
  char path[4096];
  snprintf(path, sizeof path, "%s/user%d.dat", directory, index);
  const int fd = open(path, O_CREAT | O_WRONLY, 0600);
  require(fd >= 0, "open");
  printf("descriptor %d\n", fd);
  require(dup2(fd, 100 + index) == 100 + index, "dup2");
  for (int i = 0; i < 50; ++i) {
    churn(500, 100);
    require(write(100 + index, "user data\n", 10) == 10, "write");
  }
}

int main(int argc, char** argv) {
  require(argc == 2, "usage: close_all_descriptors DIRECTORY");
  leak_known(7, 408);
  close_range(3, ~0U, 0);
  for (int i = 0; i < 20; ++i) write_file(argv[1], i);
  leak_known(8, 408);
  closefrom(3);
  churn(10000, 100);
  leak_known(9, 408);
  return 0;
}
