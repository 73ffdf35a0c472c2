// What the process looks like from outside: memory and threads, read from /proc through a descriptor that only
// the writer thread has.
#pragma once

#include <cstdint>

namespace leak::hook {

class ProcessProbe {
 public:
  struct Memory {
    std::uint64_t rss_bytes = 0;
    std::uint64_t virtual_bytes = 0;
    std::uint64_t shared_bytes = 0;
  };

  void open() noexcept;
  bool read_memory(Memory& memory) const noexcept;
  // Reads the state of the process; costs more than read_memory, so call it rarely.
  void refresh_threads() noexcept;
  std::uint32_t threads() const noexcept { return threads_; }
  bool program_is_gone() const noexcept { return gone_; }

 private:
  int memory_descriptor_ = -1;
  int state_descriptor_ = -1;
  std::uint32_t threads_ = 0;
  bool gone_ = false;
};

}  // namespace leak::hook
