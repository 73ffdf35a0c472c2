// Runs as many threads as the argument says, alive at the same time; each churns and leaks 3 blocks of 200
// bytes.
#include <pthread.h>

#include "known.h"

static pthread_barrier_t g_all_alive;

static void* work(void* unused) {
  (void)unused;
  pthread_barrier_wait(&g_all_alive);
  churn(50, 500);
  leak_known(3, 200);
  return NULL;
}

int main(int argc, char** argv) {
  require(argc == 2, "usage: threads COUNT");
  const int count = atoi(argv[1]);
  pthread_t* threads = malloc((size_t)count * sizeof *threads);
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, 64 << 10);
  require(pthread_barrier_init(&g_all_alive, NULL, (unsigned)count) == 0, "barrier");
  for (int i = 0; i < count; ++i) {
    require(pthread_create(&threads[i], &attributes, work, NULL) == 0, "pthread_create");
  }
  for (int i = 0; i < count; ++i) pthread_join(threads[i], NULL);
  free(threads);
  printf("%d threads\n", count);
  return 0;
}
