#include "interpose/real_functions.h"

#include <dlfcn.h>

#include "live_set/live_set.h"
#include "record/hook_scope.h"

namespace leak::hook {

constinit RealFunctions g_real = {};

namespace {

__thread bool t_resolving __attribute__((tls_model("initial-exec"))) = false;

template <class Function>
void look_up(Function& function, const char* name) noexcept {
  function = reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

}  // namespace

bool resolve_real_functions() noexcept {
  if (t_resolving) return false;
  t_resolving = true;
  RealFunctions found = {};
  look_up(found.calloc, "calloc");
  look_up(found.realloc, "realloc");
  look_up(found.reallocarray, "reallocarray");
  look_up(found.free, "free");
  look_up(found.posix_memalign, "posix_memalign");
  look_up(found.aligned_alloc, "aligned_alloc");
  look_up(found.memalign, "memalign");
  look_up(found.valloc, "valloc");
  look_up(found.pvalloc, "pvalloc");
  look_up(found.malloc_usable_size, "malloc_usable_size");
  look_up(found.mmap, "mmap");
  look_up(found.munmap, "munmap");
  look_up(found.mremap, "mremap");
  look_up(found.brk, "brk");
  look_up(found.sbrk, "sbrk");
  look_up(found.malloc, "malloc");
  // malloc last: it is what real_is_ready looks at.
  void* (*const malloc_function)(std::size_t) = found.malloc;
  found.malloc = nullptr;
  g_real = found;
  g_usable_size = found.malloc_usable_size;
  __atomic_store_n(&g_real.malloc, malloc_function, __ATOMIC_RELEASE);
  t_resolving = false;
  return true;
}

void* next_symbol(const char* name) noexcept {
  const InternalWork internal;
  void* const symbol = dlsym(RTLD_NEXT, name);
  if (symbol == nullptr) dlerror();  // the program must not find an error that is ours
  return symbol;
}

}  // namespace leak::hook
