// Starts threads that each allocate a little and then wait; when all have, prints the resident set and its
// peak (KB).
//   idle_threads THREADS
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static pthread_barrier_t g_all_allocated;
static pthread_barrier_t g_measured;

static void allocate_a_little(void) {
  enum { kBlocks = 100 };
  void* blocks[kBlocks];
  for (int round = 0; round < 20; ++round) {
    for (int i = 0; i < kBlocks; ++i) blocks[i] = malloc((size_t)(16 + i));
    for (int i = 0; i < kBlocks; ++i) free(blocks[i]);
  }
}

static void* run(void* unused) {
  allocate_a_little();
  pthread_barrier_wait(&g_all_allocated);
  pthread_barrier_wait(&g_measured);
  return unused;
}

static void print_resident(void) {
  FILE* status = fopen("/proc/self/status", "r");
  if (status == NULL) exit(1);
  char line[256];
  long now_kb = 0;
  long peak_kb = 0;
  while (fgets(line, sizeof line, status) != NULL) {
    if (strncmp(line, "VmRSS:", 6) == 0) now_kb = atol(line + 6);
    if (strncmp(line, "VmHWM:", 6) == 0) peak_kb = atol(line + 6);
  }
  fclose(status);
  printf("%ld %ld\n", now_kb, peak_kb);
}

int main(int argc, char** argv) {
  const int count = argc > 1 ? atoi(argv[1]) : 1;
  pthread_t* threads = calloc((size_t)count, sizeof *threads);
  pthread_attr_t small;
  pthread_attr_init(&small);
  pthread_attr_setstacksize(&small, 256 << 10);
  pthread_barrier_init(&g_all_allocated, NULL, (unsigned)count + 1);
  pthread_barrier_init(&g_measured, NULL, (unsigned)count + 1);
  for (int i = 0; i < count; ++i) {
    if (pthread_create(&threads[i], &small, run, NULL) != 0) return 1;
  }
  pthread_barrier_wait(&g_all_allocated);
  print_resident();
  pthread_barrier_wait(&g_measured);
  for (int i = 0; i < count; ++i) pthread_join(threads[i], NULL);
  free(threads);
  return 0;
}
