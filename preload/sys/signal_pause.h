// While it lives, the calling thread takes no asynchronous signal: a handler that left by siglongjmp would leave
// half-done work behind, or a lock taken. Costs two system calls, so it stands on slow paths only.
#pragma once

#include <csignal>
#include <cstdint>

#include "sys/syscalls.h"

namespace leak::sys {

class SignalPause {
 public:
  SignalPause() noexcept {
    // Faults stay deliverable: a blocked one would kill the process.
    std::uint64_t asynchronous = ~std::uint64_t{0};
    for (const int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT}) {
      asynchronous &= ~(std::uint64_t{1} << (fault - 1));
    }
    raw_syscall(SYS_rt_sigprocmask, SIG_BLOCK, as_arg(&asynchronous), as_arg(&before_), sizeof(before_));
  }
  ~SignalPause() { raw_syscall(SYS_rt_sigprocmask, SIG_SETMASK, as_arg(&before_), 0, sizeof(before_)); }
  SignalPause(const SignalPause&) = delete;
  SignalPause& operator=(const SignalPause&) = delete;

 private:
  std::uint64_t before_ = 0;
};

}  // namespace leak::sys
