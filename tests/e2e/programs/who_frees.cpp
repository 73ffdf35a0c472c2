// Blocks of sizes that nothing else has, each freed by a function of its own.
#include <stdlib.h>

__attribute__((noinline)) static void drop_by_free(void* block) {
  free(block);
  asm volatile("");  // no tail call: the caller's frame stays
}

__attribute__((noinline)) static void drop_by_delete(char* block) {
  delete[] block;
  asm volatile("");
}

__attribute__((noinline)) static void drop_by_realloc(void* block) {
  block = realloc(block, 0);
  asm volatile("" ::"r"(block));
}

int main() {
  drop_by_free(malloc(10001));
  drop_by_delete(new char[10002]);
  drop_by_realloc(malloc(10003));
  return 0;
}
