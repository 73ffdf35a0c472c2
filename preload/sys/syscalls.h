// Raw system calls: no errno, no cancellation points, no interposed libc wrappers. Results are the kernel's:
// a value, or minus the error number.
#pragma once

#include <sys/syscall.h>

#include <cstddef>
#include <cstdint>

namespace leak::sys {

inline long raw_syscall(long number, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0,
                        long f = 0) noexcept {
#if defined(__x86_64__)
  long result;
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  register long r9 __asm__("r9") = f;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                   : "rcx", "r11", "memory");
  return result;
#elif defined(__aarch64__)
  register long x8 __asm__("x8") = number;
  register long x0 __asm__("x0") = a;
  register long x1 __asm__("x1") = b;
  register long x2 __asm__("x2") = c;
  register long x3 __asm__("x3") = d;
  register long x4 __asm__("x4") = e;
  register long x5 __asm__("x5") = f;
  __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
  return x0;
#else
#error "no raw system calls for this architecture"
#endif
}

inline bool is_error(long result) noexcept { return result < 0 && result >= -4095; }

template <class T>
inline long as_arg(T* pointer) noexcept {
  return static_cast<long>(reinterpret_cast<std::uintptr_t>(pointer));
}

inline int getpid() noexcept { return static_cast<int>(raw_syscall(SYS_getpid)); }
inline int gettid() noexcept { return static_cast<int>(raw_syscall(SYS_gettid)); }

// Whole-buffer read from the current position; returns bytes read or the first error.
inline long read_some(int fd, void* buffer, std::size_t size) noexcept {
  for (;;) {
    const long got = raw_syscall(SYS_read, fd, as_arg(buffer), static_cast<long>(size));
    if (got != -4 /* EINTR */) return got;
  }
}

// Writes everything, through short writes and EINTR. Returns 0 or minus the error number.
inline long write_all(int fd, const void* data, std::size_t size) noexcept {
  const char* at = static_cast<const char*>(data);
  while (size != 0) {
    const long done = raw_syscall(SYS_write, fd, as_arg(at), static_cast<long>(size));
    if (done == -4 /* EINTR */) continue;
    if (done < 0) return done;
    if (done == 0) return -5 /* EIO */;
    at += done;
    size -= static_cast<std::size_t>(done);
  }
  return 0;
}

}  // namespace leak::sys
