// Prints the numbers of new descriptors: the kernel gives the lowest free one, as if nobody else were here.
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "known.h"

int main(void) {
  leak_known(50, 424);
  int pair[2];
  printf("open %d\n", open("/dev/null", O_RDONLY));
  printf("pipe %d\n", pipe(pair));
  printf("ends %d %d\n", pair[0], pair[1]);
  churn(200000, 64);
  printf("socket %d\n", socket(AF_UNIX, SOCK_STREAM, 0));
  printf("dup %d\n", dup(0));
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  printf("limit %lu\n", (unsigned long)limit.rlim_cur);
  int open_below_limit = 0;
  for (int fd = 0; fd < 64; ++fd) open_below_limit += fcntl(fd, F_GETFD) != -1;
  printf("%d open below 64\n", open_below_limit);
  return 0;
}
