#include "interpose/next_operators.h"

#include <dlfcn.h>

#include <atomic>
#include <cstdlib>
#include <cstring>

#include "interpose/real_functions.h"
#include "record/hook_scope.h"
#include "record/module_map.h"

namespace leak::hook {

namespace {

enum class Kind : int { kUnknown, kMalloc, kOther };
constinit std::atomic<Kind> g_kind{Kind::kUnknown};
constinit std::atomic<void*> g_next[kNextOperatorCount] = {};

// In the order of NextOperator.
constexpr const char* kNames[kNextOperatorCount] = {
    "_Znwm", "_Znam", "_ZnwmRKSt9nothrow_t", "_ZnamRKSt9nothrow_t", "_ZnwmSt11align_val_t",
    "_ZnamSt11align_val_t", "_ZnwmSt11align_val_tRKSt9nothrow_t", "_ZnamSt11align_val_tRKSt9nothrow_t",
    "_ZdlPv", "_ZdaPv", "_ZdlPvm", "_ZdaPvm", "_ZdlPvRKSt9nothrow_t", "_ZdaPvRKSt9nothrow_t",
    "_ZdlPvSt11align_val_t", "_ZdaPvSt11align_val_t", "_ZdlPvmSt11align_val_t", "_ZdaPvmSt11align_val_t",
    "_ZdlPvSt11align_val_tRKSt9nothrow_t", "_ZdaPvSt11align_val_tRKSt9nothrow_t"};

bool is_cxx_runtime(const void* function) noexcept {
  const char* name = loaded_object_at(reinterpret_cast<std::uintptr_t>(function)).name;
  return std::strstr(name, "libstdc++.so") != nullptr || std::strstr(name, "libc++.so") != nullptr ||
         std::strstr(name, "libc++abi.so") != nullptr;
}

Kind find_kind() noexcept {
  // A malloc that comes before ours is what the runtime's operators would call: then they must be called.
  if (dlsym(RTLD_DEFAULT, "malloc") != reinterpret_cast<void*>(&::malloc)) return Kind::kOther;
  const void* next = next_symbol("_Znwm");
  // None: a C program that loaded C++ plugins, privately. Their runtime's operators would have been malloc.
  return next == nullptr || is_cxx_runtime(next) ? Kind::kMalloc : Kind::kOther;
}

}  // namespace

bool operators_are_malloc() noexcept {
  Kind kind = g_kind.load(std::memory_order_relaxed);
  if (kind == Kind::kUnknown) [[unlikely]] {
    const InternalWork internal;
    kind = find_kind();
    g_kind.store(kind, std::memory_order_relaxed);
  }
  return kind == Kind::kMalloc;
}

void* next_operator_address(NextOperator which) noexcept {
  std::atomic<void*>& slot = g_next[static_cast<std::size_t>(which)];
  void* address = slot.load(std::memory_order_relaxed);
  if (address != nullptr) return address;
  const InternalWork internal;
  const char* name = kNames[static_cast<std::size_t>(which)];
  address = next_symbol(name);
  if (address == nullptr) {
    // Loaded privately by a plugin: not in the global search order, but in the process.
    if (void* runtime = dlopen("libstdc++.so.6", RTLD_LAZY | RTLD_NOLOAD)) address = dlsym(runtime, name);
  }
  if (address == nullptr) __builtin_trap();
  slot.store(address, std::memory_order_relaxed);
  return address;
}

}  // namespace leak::hook
