// Lowers a resource limit to almost nothing, as the argument names it, and goes on allocating.
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>

#include "known.h"

static void limit(int resource, rlim_t value) {
  const struct rlimit limit = {value, value};
  require(setrlimit(resource, &limit) == 0, "setrlimit");
}

static void* work(void* unused) {
  (void)unused;
  leak_known(10, 456);
  return NULL;
}

static void run_thread(void) {
  pthread_t thread;
  if (pthread_create(&thread, NULL, work, NULL) == 0) pthread_join(thread, NULL);
}

// The heap is used up to the last block; every failure is an ordinary one.
static void exhaust(void) {
  void** list = NULL;
  for (;;) {
    void** block = malloc(1 << 20);
    if (block == NULL) break;
    *block = list;
    list = block;
  }
  printf("%s\n", strerror(errno));
  while (list != NULL) {
    void** next = *list;
    free(list);
    list = next;
  }
}

int main(int argc, char** argv) {
  require(argc == 2, "usage: resource_limits WHICH");
  leak_known(10, 456);
  if (strcmp(argv[1], "nofile") == 0) {
    limit(RLIMIT_NOFILE, 3);
    printf("open %d\n", open("/dev/null", O_RDONLY));
  }
  if (strcmp(argv[1], "fsize") == 0) limit(RLIMIT_FSIZE, 4096);
  if (strcmp(argv[1], "as") == 0) {
    limit(RLIMIT_AS, (rlim_t)400 << 20);
    exhaust();
  }
  if (strcmp(argv[1], "data") == 0) {
    limit(RLIMIT_DATA, (rlim_t)100 << 20);
    exhaust();
  }
  if (strcmp(argv[1], "stack") == 0) limit(RLIMIT_STACK, 64 << 10);
  run_thread();
  churn(300000, 300);
  leak_known(10, 456);
  puts("done");
  return 0;
}
