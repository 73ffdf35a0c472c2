// A program with malloc and free of its own, which count and pass on to the next ones.
#define _GNU_SOURCE
#include <dlfcn.h>

#include "known.h"

static int g_calls;

void* malloc(size_t size) {
  static void* (*next)(size_t);
  if (next == NULL) next = (void* (*)(size_t))dlsym(RTLD_NEXT, "malloc");
  ++g_calls;
  return next(size);
}

void free(void* block) {
  static void (*next)(void*);
  if (next == NULL) next = (void (*)(void*))dlsym(RTLD_NEXT, "free");
  ++g_calls;
  next(block);
}

int main(void) {
  g_calls = 0;
  churn(50, 64);
  leak_known(23, 64);
  printf("%d calls\n", g_calls);
  return 0;
}
