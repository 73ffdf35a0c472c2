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

// The next definition of a symbol, for the rarely called ones; nullptr if there is none. May allocate.
//
// Looked up at the call, never in advance: a failed dlsym leaves an error behind that the program's next use of
// the loader would free, in the program's own free if it has one.
void* next_symbol(const char* name) noexcept;

template <class Function>
Function next_function(Function, const char* name) noexcept {
  return reinterpret_cast<Function>(next_symbol(name));
}

}  // namespace leak::hook
