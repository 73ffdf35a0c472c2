// Frees blocks with C23's free_sized and free_aligned_sized where they exist, which in glibc they may not
// yet: then with free.
#include "known.h"

__attribute__((weak)) void free_sized(void* block, size_t size);
__attribute__((weak)) void free_aligned_sized(void* block, size_t alignment, size_t size);

int main(void) {
  for (int i = 0; i < 50; ++i) {
    void* plain = malloc(100);
    void* aligned = aligned_alloc(64, 128);
    g_sink = plain;
    g_sink = aligned;
    free_sized ? free_sized(plain, 100) : free(plain);
    free_aligned_sized ? free_aligned_sized(aligned, 64, 128) : free(aligned);
  }
  leak_known(2, 488);
  return 0;
}
