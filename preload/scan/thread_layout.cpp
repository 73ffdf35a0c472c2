#include "scan/thread_layout.h"

#include <dlfcn.h>

namespace leak::hook {

namespace {

constinit ThreadLayout g_layout;

}  // namespace

void resolve_thread_layout() noexcept {
#if defined(__x86_64__)
  const void* const control_bytes = dlsym(RTLD_DEFAULT, "_thread_db_sizeof_pthread");
  using StaticInfo = void (*)(std::size_t * bytes, std::size_t * alignment);
  const auto static_info = reinterpret_cast<StaticInfo>(dlsym(RTLD_DEFAULT, "_dl_get_tls_static_info"));
  if (control_bytes == nullptr || static_info == nullptr) return;
  std::size_t whole = 0, alignment = 0;
  static_info(&whole, &alignment);
  const std::size_t control = *static_cast<const std::uint32_t*>(control_bytes);
  constexpr std::size_t kPlausible = std::size_t{1} << 20;
  if (control < 64 || control > kPlausible || whole < control || whole > 16 * kPlausible) return;
  // The library counts its own record into the static part.
  g_layout = {control, whole - control};
#endif
}

const ThreadLayout& thread_layout() noexcept { return g_layout; }

}  // namespace leak::hook
