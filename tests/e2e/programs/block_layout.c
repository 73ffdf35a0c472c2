// Prints what an allocator shows of its blocks: usable sizes, alignments, distances between neighbours.
#include <malloc.h>
#include <stdint.h>

#include "known.h"

static const char* g_previous;

static void show(const char* what, size_t size, const char* block) {
  printf("%s %zu: usable %zu, %% 64 = %d, distance %ld\n", what, size, malloc_usable_size((void*)block),
         (int)((uintptr_t)block % 64), (long)(block - g_previous));
  g_previous = block;
}

int main(void) {
  setvbuf(stdout, NULL, _IONBF, 0);
  printf("usable size of null: %zu\n", malloc_usable_size(NULL));
  g_previous = malloc(1);
  for (size_t size = 0; size < 3000; size = size * 3 / 2 + 1) {
    show("malloc", size, malloc(size));
    show("calloc", size, calloc(1, size));
    show("memalign", size, memalign(256, size));
    show("realloc", size, realloc(malloc(size), size * 2 + 8));
  }
  const struct mallinfo2 info = mallinfo2();
  printf("%zu bytes in use, %zu from the system\n", info.uordblks, info.arena);
  return 0;
}
