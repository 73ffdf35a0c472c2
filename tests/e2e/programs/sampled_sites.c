// Blocks of very different sizes that stay, each size made in a function of its own, and others that do not stay: known
// truth for estimates. "busy" keeps some, allocates as fast as it can for a second of CPU time, frees half of
// them and keeps others; "threads" does the same in eight threads, until its standard input ends; "idle" hardly does
// anything for as long; "calculating" uses the CPU for other things.
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>
#include <unistd.h>

#include "known.h"

#define DEFINE_KEEP(function) DEFINE_LEAK(function)

DEFINE_KEEP(keep_16)
DEFINE_KEEP(keep_64)
DEFINE_KEEP(keep_1000)
DEFINE_KEEP(keep_20000)
DEFINE_KEEP(keep_early)
DEFINE_KEEP(keep_late)

__attribute__((noinline)) static void keep_mixed(int count) {
  void* previous = NULL;
  for (int i = 0; i < count; ++i) {
    void* block = malloc((size_t)(1 + i % 4096));
    require(block != NULL, "malloc");
    if (i % 2 == 1) free(previous);  // of an even size class: half of them go
    previous = block;
  }
  g_sink = previous;
}

static double cpu_seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

__attribute__((noinline)) static void busy(void) {
  enum { kEarly = 2000 };
  static void* early[kEarly];
  for (int i = 0; i < kEarly; ++i) early[i] = malloc(500);
  keep_early(1000, 500);
  while (cpu_seconds() < 1) churn(1000, 64);
  for (int i = 0; i < kEarly; ++i) free(early[i]);
  keep_late(500, 65536);
  while (cpu_seconds() < 1.3) churn(1000, 64);
}

static atomic_bool g_is_over;

static void* churn_until_the_end(void* unused) {
  (void)unused;
  while (!atomic_load(&g_is_over)) churn(1000, 64);
  return NULL;
}

static void threads(void) {
  enum { kThreads = 8 };
  pthread_t all[kThreads];
  keep_early(1000, 500);
  for (int i = 0; i < kThreads; ++i) {
    require(pthread_create(&all[i], NULL, churn_until_the_end, NULL) == 0, "pthread_create");
  }
  char unused;
  require(read(STDIN_FILENO, &unused, 1) == 0, "read");
  atomic_store(&g_is_over, 1);
  for (int i = 0; i < kThreads; ++i) pthread_join(all[i], NULL);
}

static void idle(void) {
  for (int i = 0; i < 12; ++i) {
    keep_64(10, 64);
    usleep(100 * 1000);
  }
}

static void calculating(void) {
  volatile unsigned sum = 0;
  while (cpu_seconds() < 0.6) {
    for (unsigned i = 0; i < 1000000; ++i) sum += i;
    churn(10, 100);
  }
}

int main(int argc, char** argv) {
  const char* mode = argc > 1 ? argv[1] : "";
  if (strcmp(mode, "busy") == 0) {
    busy();
  } else if (strcmp(mode, "threads") == 0) {
    threads();
  } else if (strcmp(mode, "idle") == 0) {
    idle();
  } else if (strcmp(mode, "calculating") == 0) {
    calculating();
  } else {
    keep_16(60000, 16);
    keep_64(40000, 64);
    churn(100000, 200);
    keep_1000(3000, 1000);
    keep_20000(100, 20000);
    keep_mixed(8192);
  }
  puts("done");
  return 0;
}
