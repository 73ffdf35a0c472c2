#include "sys/memory_probe.h"

#include <cerrno>

#include "sys/pages.h"
#include "sys/syscalls.h"

namespace leak::sys {

namespace {

constexpr long kNoSuchRequest = -1;
constexpr long kMaskBytes = 8;

}  // namespace

bool is_readable(std::uintptr_t address) noexcept {
  // rt_sigprocmask needs no descriptor and is allowed by every sandbox, unlike process_vm_readv. Readable memory
  // gives EINVAL (the request), unreadable memory EFAULT.
  const long result = raw_syscall(SYS_rt_sigprocmask, kNoSuchRequest, static_cast<long>(address), 0, kMaskBytes);
  return result != -EFAULT;
}

std::uintptr_t readable_end(std::uintptr_t from, std::uintptr_t limit) noexcept {
  std::uintptr_t at = from & ~(sizeof(std::uintptr_t) - 1);
  while (at < limit) {
    if (!is_readable(at)) return at < from ? from : at;
    at = (at & ~(kPageBytes - 1)) + kPageBytes;
  }
  return limit;
}

}  // namespace leak::sys
