// 200 detached threads, one after another, each leaks one block; ended ones cannot be joined.
#include <pthread.h>
#include <semaphore.h>

#include "known.h"

static sem_t g_done;

static void* work(void* unused) {
  (void)unused;
  leak_known(1, 168);
  sem_post(&g_done);
  return NULL;
}

int main(void) {
  pthread_attr_t detached;
  pthread_attr_init(&detached);
  pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
  sem_init(&g_done, 0, 0);
  for (int i = 0; i < 200; ++i) {
    pthread_t thread;
    require(pthread_create(&thread, &detached, work, NULL) == 0, "pthread_create");
    while (sem_wait(&g_done) != 0) continue;
  }
  return 0;
}
