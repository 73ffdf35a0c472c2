// The log that accounting.cpp keeps of its own calls: a file of LogEntry per thread, written without
// allocating.
#pragma once

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace {

// Operation numbers of the trace format (trace_format/record.h); the checker compares them with names in the
// dump.
enum Op : std::uint32_t {
  kMalloc = 1,
  kCalloc,
  kPosixMemalign,
  kAlignedAlloc,
  kMemalign,
  kValloc,
  kPvalloc,
  kNew,
  kNewArray,
  kNewAligned,
  kNewArrayAligned,
  kRealloc = 20,
  kReallocarray,
  kFree = 30,
  kReallocFree,
  kFreeSized,
  kFreeAlignedSized,
  kDelete,
  kDeleteArray,
  kDeleteAligned,
  kDeleteArrayAligned,
  kFailed = 1000,  // a call that returned no memory; makes no event
};

struct LogEntry {
  std::uint32_t op;
  std::uint32_t alignment;  // aligned forms
  std::uint64_t address;
  std::uint64_t size;
  std::uint64_t old_address;  // resizes
  std::uint64_t old_size;     // what ended with this call: frees and resizes
};
static_assert(sizeof(LogEntry) == 40);

std::uint64_t number(const void* address) { return reinterpret_cast<std::uintptr_t>(address); }

[[noreturn]] void fail(const char* why) {
  if (write(STDERR_FILENO, why, std::strlen(why)) < 0) _exit(98);
  _exit(99);
}

class Log {
 public:
  void open(const char* directory) {
    char path[4096];
    char digits[16];
    char* end = digits + sizeof digits;
    char* digit = end;
    for (auto tid = static_cast<std::uint64_t>(syscall(SYS_gettid)); tid != 0; tid /= 10) {
      *--digit = static_cast<char>('0' + tid % 10);
    }
    const std::size_t length = std::strlen(directory);
    if (length > sizeof path - 32) fail("path too long\n");
    std::memcpy(path, directory, length);
    std::memcpy(path + length, "/log.", 5);
    std::memcpy(path + length + 5, digit, static_cast<std::size_t>(end - digit));
    path[length + 5 + static_cast<std::size_t>(end - digit)] = '\0';
    descriptor_ = ::open(path, O_CREAT | O_WRONLY | O_TRUNC, 0600);
    if (descriptor_ < 0) fail("cannot open the log\n");
  }

  void add(const LogEntry& entry) {
    if (used_ == entries_.size()) flush();
    entries_[used_++] = entry;
  }

  void flush() {
    const char* bytes = reinterpret_cast<const char*>(entries_.data());
    std::size_t left = used_ * sizeof(LogEntry);
    while (left != 0) {
      const ssize_t written = write(descriptor_, bytes, left);
      if (written < 0) fail("cannot write the log\n");
      bytes += written;
      left -= static_cast<std::size_t>(written);
    }
    used_ = 0;
  }

 private:
  int descriptor_ = -1;
  std::size_t used_ = 0;
  std::array<LogEntry, 8192> entries_;
};

}  // namespace
