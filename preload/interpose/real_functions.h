// The next functions in line: libc's, or those of an allocator that is preloaded or linked behind us. Looked up
// once; while dlsym runs, allocations come from the bootstrap arena.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>

#define LEAKHOOK_EXPORT __attribute__((visibility("default")))

namespace leak::hook {

struct RealFunctions {
  void* (*malloc)(std::size_t);
  void* (*calloc)(std::size_t, std::size_t);
  void* (*realloc)(void*, std::size_t);
  void* (*reallocarray)(void*, std::size_t, std::size_t);
  void (*free)(void*);
  void (*free_sized)(void*, std::size_t);                        // C23; nullptr where libc has none
  void (*free_aligned_sized)(void*, std::size_t, std::size_t);   // likewise
  void (*cfree)(void*);                                          // likewise
  int (*posix_memalign)(void**, std::size_t, std::size_t);
  void* (*aligned_alloc)(std::size_t, std::size_t);
  void* (*memalign)(std::size_t, std::size_t);
  void* (*valloc)(std::size_t);
  void* (*pvalloc)(std::size_t);
  std::size_t (*malloc_usable_size)(void*);
  void* (*mmap)(void*, std::size_t, int, int, int, off_t);
  int (*munmap)(void*, std::size_t);
  void* (*mremap)(void*, std::size_t, std::size_t, int, ...);
  int (*brk)(void*);
  void* (*sbrk)(std::intptr_t);
};

extern constinit RealFunctions g_real;

// Resolves g_real on first use. Returns false while this very thread is resolving: the caller serves the request
// from the bootstrap arena.
bool resolve_real_functions() noexcept;

inline bool real_is_ready() noexcept { return g_real.malloc != nullptr || resolve_real_functions(); }

// The next definition of a symbol, for the rarely called ones. May allocate.
void* next_symbol(const char* name) noexcept;

}  // namespace leak::hook
