#include "interpose/resource_functions.h"

#include <dlfcn.h>

#include "interpose/real_functions.h"

namespace leak::hook {

constinit ResourceFunctions g_resource_functions = {};
constinit bool g_resource_functions_ready = false;

namespace {

[[gnu::constructor(102)]] void prepare() noexcept { resolve_resource_functions(); }

}  // namespace

// Two threads may do so at once: they find the same.
void resolve_resource_functions() noexcept {
#define LEAKHOOK_LOOK_UP(name) \
  g_resource_functions.name##_next = reinterpret_cast<decltype(&::name)>(dlsym(RTLD_NEXT, #name));
  LEAKHOOK_RESOURCE_FUNCTIONS(LEAKHOOK_LOOK_UP)
#undef LEAKHOOK_LOOK_UP
  __atomic_store_n(&g_resource_functions_ready, true, __ATOMIC_RELEASE);
}

}  // namespace leak::hook
