// Two threads that name themselves, one before and one after its first allocation.
#define _GNU_SOURCE
#include <pthread.h>

#include "known.h"

static void* named_first(void* unused) {
  (void)unused;
  pthread_setname_np(pthread_self(), "early-name");
  leak_known(1, 100);
  return NULL;
}

static void* named_later(void* unused) {
  (void)unused;
  leak_known(1, 100);
  pthread_setname_np(pthread_self(), "late-name");
  return NULL;
}

int main(void) {
  pthread_t first;
  pthread_t later;
  pthread_create(&first, NULL, named_first, NULL);
  pthread_create(&later, NULL, named_later, NULL);
  pthread_join(first, NULL);
  pthread_join(later, NULL);
  return 0;
}
