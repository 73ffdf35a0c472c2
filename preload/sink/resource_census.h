// Which descriptors are open and which threads run, asked of the kernel: when recording begins, so that what
// was inherited is known, and when it ends, so that what remains is certain, whoever opened or closed it.
// Runs on the writer thread, whose own descriptors are not in the program's table, and whom no sandbox of the
// program binds.
#pragma once

#include <cstddef>
#include <cstdint>

#include "sys/text.h"

namespace leak::hook {

inline constexpr std::size_t kDescriptorTextBytes = 512;

struct OpenDescriptor {
  std::uint32_t number = 0;
};

struct DescriptorText {
  sys::Text<kDescriptorTextBytes> text;  // "/var/log/x", "tcp 127.0.0.1:80 -> 10.0.0.1:5000", "pipe:[12]"
  bool is_listening = false;
};

// Numbers among the names of a /proc directory.
class NumberedDirectory {
 public:
  NumberedDirectory() noexcept = default;
  ~NumberedDirectory() { close(); }
  NumberedDirectory(const NumberedDirectory&) = delete;
  NumberedDirectory& operator=(const NumberedDirectory&) = delete;

  bool open(const char* path) noexcept;
  void close() noexcept;
  void rewind() noexcept;
  bool next(std::uint32_t& number) noexcept;
  bool is_complete() const noexcept { return complete_; }  // the last name was reached
  int descriptor() const noexcept { return descriptor_; }

 private:
  alignas(8) char buffer_[4096];
  std::size_t at_ = 0;
  std::size_t end_ = 0;
  int descriptor_ = -1;
  bool complete_ = false;
};

// The program's open descriptors.
class DescriptorList {
 public:
  DescriptorList() noexcept;
  ~DescriptorList();
  DescriptorList(const DescriptorList&) = delete;
  DescriptorList& operator=(const DescriptorList&) = delete;

  bool next(OpenDescriptor& open) noexcept;
  // What it refers to; with the address of the other end where the kernel lets us look.
  DescriptorText describe(const OpenDescriptor& open) noexcept;
  bool is_complete() const noexcept { return directory_.is_complete(); }

 private:
  // False: it has ended, or holds none.
  bool open_of(std::uint32_t tid) noexcept;
  // In the writer's own table; negative: none to be had.
  int copy_of(std::uint32_t number) noexcept;

  NumberedDirectory directory_;
  int process_ = -1;  // pidfd, once a copy was wanted
};

struct LiveThread {
  std::uint64_t handle = 0;  // pthread_t; 0: it has not run yet
  std::uint32_t tid = 0;
};

// The program's threads, without the writer.
class LiveThreadList {
 public:
  LiveThreadList() noexcept;
  bool next(LiveThread& thread) noexcept;
  bool is_complete() const noexcept { return directory_.is_complete(); }

 private:
  NumberedDirectory directory_;
};

// Where a thread's list of robust mutexes, which the kernel knows, lies within what pthread_t points at.
// Once, on a thread of the program.
void find_thread_list_offset() noexcept;

}  // namespace leak::hook
