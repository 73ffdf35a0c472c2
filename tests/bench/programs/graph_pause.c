// A heap to be scanned: graph_pause BLOCKS BYTES THREADS SNAPSHOTS. Each block points to three others; the threads
// wait. Prints how long leakhook_snapshot(..., LEAKHOOK_GRAPH) took, which is the program's pause and little more;
// the time at exit shows from outside.
#include <leakhook/leakhook.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static void** g_blocks;

static double now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void* wait_for_ever(void* unused) {
  for (;;) pause();
  return unused;
}

int main(int argc, char** argv) {
  const size_t count = argc > 1 ? strtoul(argv[1], NULL, 0) : 1000000;
  const size_t bytes = argc > 2 ? strtoul(argv[2], NULL, 0) : 1024;
  const int threads = argc > 3 ? atoi(argv[3]) : 16;
  const int snapshots = argc > 4 ? atoi(argv[4]) : 5;
  g_blocks = malloc(count * sizeof(void*));
  uint64_t random = 88172645463325252U;
  for (size_t i = 0; i != count; ++i) {
    g_blocks[i] = malloc(bytes);
    memset(g_blocks[i], 0, bytes);
    for (size_t edge = 0; i != 0 && edge != 3; ++edge) {
      random ^= random << 13, random ^= random >> 7, random ^= random << 17;
      ((void**)g_blocks[i])[edge] = g_blocks[random % i];
    }
  }
  for (int i = 0; i != threads; ++i) {
    pthread_t thread;
    pthread_create(&thread, NULL, wait_for_ever, NULL);
  }
  for (int i = 0; i != snapshots; ++i) {
    const double before = now_ms();
    leakhook_snapshot("bench", LEAKHOOK_GRAPH);
    printf("asked %.1f ms\n", now_ms() - before);
    fflush(stdout);
    sleep(3);
  }
  printf("exit at %.1f ms\n", now_ms());
  fflush(stdout);
  return 0;
}
