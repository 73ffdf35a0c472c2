// Prints errno after each allocation call, on success and on failure, and what failing calls return. EBADMSG
// (74) stands for "not touched".
#define _GNU_SOURCE
#include <errno.h>
#include <malloc.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include "known.h"

static volatile size_t g_huge = SIZE_MAX / 2;

static void show(const char* what, long result) {
  const int after = errno;
  printf("%s: result %ld, errno %d\n", what, result, after);
  errno = EBADMSG;
}

static void successes(void) {
  errno = EBADMSG;
  void* block = malloc(10);
  show("malloc", block != NULL);
  block = realloc(block, 100000);
  show("realloc", block != NULL);
  free(block);
  show("free", 0);
  block = calloc(10, 10);
  show("calloc", block != NULL);
  block = reallocarray(block, 20, 20);
  show("reallocarray", block != NULL);
  show("realloc to 0", realloc(block, 0) != NULL);
  show("posix_memalign", posix_memalign(&block, 64, 10));
  free(block);
  block = memalign(4096, 10);
  show("memalign", block != NULL);
  free(block);
  block = aligned_alloc(32, 64);
  show("aligned_alloc", block != NULL);
  free(block);
  free(NULL);
  show("free null", 0);
  block = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  show("mmap", block != MAP_FAILED);
  show("munmap", munmap(block, 4096));
  block = malloc(50 << 20);
  show("large malloc", block != NULL);
  free(block);
  show("large free", 0);
}

static void failures(void) {
  void* block = malloc(10);
  void* untouched = block;
  show("huge malloc", malloc(g_huge) != NULL);
  show("huge calloc", calloc(g_huge, 4) != NULL);
  show("huge realloc", realloc(block, g_huge) != NULL);
  show("overflowing reallocarray", reallocarray(block, g_huge, 4) != NULL);
  show("huge posix_memalign", posix_memalign(&block, 64, g_huge));
  show("posix_memalign leaves its result", block == untouched);
  show("posix_memalign of 3", posix_memalign(&block, 3, 10));
  show("huge memalign", memalign(64, g_huge) != NULL);
  show("huge aligned_alloc", aligned_alloc(64, g_huge) != NULL);
  show("huge valloc", valloc(g_huge) != NULL);
  show("huge pvalloc", pvalloc(SIZE_MAX) != NULL);
  show("mmap of 0", mmap(NULL, 0, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED);
  show("munmap of nonsense", munmap((void*)1, 1));
  show("mremap of nonsense", mremap((void*)4096, 4096, 8192, 0) == MAP_FAILED);
  show("huge sbrk", sbrk(PTRDIFF_MAX) == (void*)-1);
  free(block);
}

int main(void) {
  successes();
  failures();
  return 0;
}
