#include <stdio.h>
#include <stdlib.h>

static void *volatile sink;

__attribute__((noinline)) static void forget(void) {
  for (int i = 0; i < 10; ++i) sink = malloc(100);
  sink = NULL;
}

__attribute__((noinline)) static void use_the_stack(void) {
  volatile char room[4096];
  for (unsigned i = 0; i < sizeof room; ++i) room[i] = 0;
}

int main(void) {
  forget();
  use_the_stack();
  puts("leaky ran");
  return 0;
}
