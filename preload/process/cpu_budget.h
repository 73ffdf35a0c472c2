// LEAKHOOK_MAX_OVERHEAD: from readings of clocks to the decision that recording costs too much. No clock is
// read here.
//
// The share is what recording took (in the program's threads and in the writer) of what the program itself
// took, over the last second. While the program hardly runs, no share means anything, and none is judged.
#pragma once

#include <cstddef>
#include <cstdint>

namespace leak::hook {

class CpuBudget {
 public:
  struct Reading {
    std::uint64_t process_cpu_ns = 0;  // all of it, ours too
    std::uint64_t writer_cpu_ns = 0;
    std::uint64_t hook_ns = 0;
    std::uint64_t events = 0;
    std::uint64_t allocated_bytes = 0;
  };
  struct Judgement {
    bool is_too_much = false;
    std::uint32_t measured_permille = 0;
    std::uint64_t sample_bytes = 0;  // the rate that should do
  };

  static constexpr std::uint64_t kReadingIntervalNs = 100'000'000;

  void open(std::uint32_t budget_permille) noexcept { budget_permille_ = budget_permille; }

  // One more reading, kReadingIntervalNs after the one before. `sample_bytes`: the rate until now, 0: all.
  // After a judgement of too much, the window starts anew.
  Judgement judge(const Reading& reading, std::uint64_t sample_bytes) noexcept;

 private:
  static constexpr std::size_t kWindow = 10;
  static constexpr std::uint64_t kLeastCpuNs = 100'000'000;

  std::uint64_t rate_for(const Reading& spent, std::uint64_t cost_ns,
                         std::uint64_t program_ns) const noexcept;

  Reading window_[kWindow] = {};  // a ring
  std::size_t count_ = 0;         // of readings since the window was started
  std::uint32_t budget_permille_ = 0;
};

}  // namespace leak::hook
