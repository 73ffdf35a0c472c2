// Looks up every allocation function with dlsym from a constructor, as interposers do, and allocates large
// and aligned blocks between the look-ups.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <malloc.h>
#include <stdint.h>

#include "known.h"

static const char* const kNames[] = {"malloc", "calloc",   "realloc",       "free",          "posix_memalign",
                                     "mmap",   "memalign", "aligned_alloc", "no_such_thing", "reallocarray"};
static int g_found;

__attribute__((constructor)) static void look_up(void) {
  for (size_t i = 0; i < sizeof kNames / sizeof *kNames; ++i) {
    void* block = calloc(1000, 100);
    void* aligned = memalign(4096, 10000);
    require(((uintptr_t)aligned & 4095) == 0, "alignment");
    g_found += dlsym(RTLD_NEXT, kNames[i]) != NULL;
    g_found += dlsym(RTLD_DEFAULT, kNames[i]) != NULL;
    free(block);
    free(aligned);
  }
}

int main(void) {
  printf("found %d, last error %s\n", g_found, dlerror() != NULL ? "set" : "none");
  leak_known(9, 88);
  return 0;
}
