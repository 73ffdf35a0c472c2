// An allocator that may be interrupted anywhere, also by itself: an atomic bump pointer, and free does
// nothing. It makes "malloc in a signal handler" a legal thing to do, so what is tested is the recorder
// alone.
#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { kHeaderBytes = 16 };
static const size_t kArenaBytes = (size_t)1 << 30;
static _Alignas(4096) char g_arena[(size_t)1 << 30];
static atomic_size_t g_used;

static void* take(size_t size, size_t alignment) {
  const size_t room = size + kHeaderBytes + alignment;
  const size_t start = atomic_fetch_add_explicit(&g_used, (room + 15) & ~(size_t)15, memory_order_relaxed);
  if (size > kArenaBytes || start + room > kArenaBytes) {
    errno = ENOMEM;
    return NULL;
  }
  const uintptr_t first = (uintptr_t)g_arena + start + kHeaderBytes;
  char* block = (char*)((first + alignment - 1) & ~(uintptr_t)(alignment - 1));
  memcpy(block - kHeaderBytes, &size, sizeof size);
  return block;
}

void* malloc(size_t size) { return take(size, 16); }

void free(void* block) { (void)block; }

void* calloc(size_t count, size_t size) { return take(count * size, 16); }  // the arena is zero

void* realloc(void* block, size_t size) {
  void* moved = take(size, 16);
  if (block != NULL && moved != NULL) {
    size_t old_size;
    memcpy(&old_size, (char*)block - kHeaderBytes, sizeof old_size);
    memcpy(moved, block, old_size < size ? old_size : size);
  }
  return moved;
}

void* memalign(size_t alignment, size_t size) { return take(size, alignment < 16 ? 16 : alignment); }
void* aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }
int posix_memalign(void** result, size_t alignment, size_t size) {
  *result = memalign(alignment, size);
  return *result != NULL ? 0 : ENOMEM;
}
