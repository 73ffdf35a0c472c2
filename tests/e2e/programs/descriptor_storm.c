// Eight threads open, copy and close 100,000 descriptors, with dup2 over open ones and close_range, and leave some
// open. Prints the numbers that are open at the end, as the kernel sees them.
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { kThreads = 8, kRounds = 12500, kOwnRange = 100, kFirstOwn = 2000 };

static void must(int ok) {
  if (!ok) abort();
}

static int open_one(unsigned round) {
  int pair[2];
  switch (round % 6) {
    case 0:
      return open("/dev/null", O_RDONLY | O_CLOEXEC);
    case 1:
      must(pipe(pair) == 0);
      must(close(pair[0]) == 0);
      return pair[1];
    case 2:
      return eventfd(0, 0);
    case 3:
      must(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
      must(close(pair[1]) == 0);
      return pair[0];
    case 4:
      return epoll_create1(0);
    default:
      return fcntl(0, F_DUPFD_CLOEXEC, 3);
  }
}

// Numbers from `first` on are this thread's own: nobody else dups onto them.
static void* work(void* argument) {
  const int first = kFirstOwn + kOwnRange * (int)(long)argument;
  unsigned random = (unsigned)(long)argument + 1;
  for (unsigned round = 0; round < kRounds; ++round) {
    random = random * 1103515245 + 12345;
    const int fd = open_one(random >> 16);
    must(fd >= 0);
    if (random >> 8 & 1) must(dup2(fd, first + (int)(random >> 20) % kOwnRange) >= 0);
    if (round % 1000 == 999) {
      must(close_range((unsigned)first, (unsigned)first + kOwnRange / 2, 0) == 0);
    }
    if (round % 2500 != 7) must(close(fd) == 0);
  }
  return NULL;
}

int main(void) {
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max < 4096 ? limit.rlim_max : 4096;
  setrlimit(RLIMIT_NOFILE, &limit);
  pthread_t threads[kThreads];
  for (long i = 0; i < kThreads; ++i) pthread_create(&threads[i], NULL, work, (void*)i);
  for (int i = 0; i < kThreads; ++i) pthread_join(threads[i], NULL);
  DIR* directory = opendir("/proc/self/fd");
  const int own = dirfd(directory);
  for (struct dirent* entry; (entry = readdir(directory)) != NULL;) {
    if (entry->d_name[0] != '.' && atoi(entry->d_name) != own) printf("%s\n", entry->d_name);
  }
  closedir(directory);
  return 0;
}
