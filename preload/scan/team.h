// The thread that scans and, where processors are free, others beside it. A phase of the scan is one call of
// run(): work is taken piece by piece, so that a helper that comes late, or never, only leaves more to the
// others; what is made of the pieces is put together in their order, whoever made it.
//
// Helpers are raw threads (sys/raw_thread.h): they take no signals, libc does not know of them, and after
// dismiss() nothing of them is left. Where none can be had (a limit, no memory) the caller works alone.
#pragma once

#include <atomic>
#include <cstdint>

#include "sys/raw_thread.h"

namespace leak::hook {

class Team {
 public:
  static constexpr unsigned kMostHelpers = 3;

  Team() noexcept = default;
  ~Team() { dismiss(); }
  Team(const Team&) = delete;
  Team& operator=(const Team&) = delete;

  // Up to `helpers` threads beside the caller's. Once.
  void gather(unsigned helpers) noexcept;
  void dismiss() noexcept;

  // With the caller.
  unsigned size() const noexcept { return helper_count_ + 1; }

  // Calls job(member) in the caller's thread, as member 0, and in each helper's that is there before the
  // caller's returns; returns when all have.
  template <class Job>
  void run(Job&& job) noexcept {
    run_all([](void* context, unsigned member) { (*static_cast<Job*>(context))(member); }, &job);
  }

 private:
  using Call = void (*)(void* context, unsigned member);
  struct Helper {
    sys::RawThread thread;
    Team* team = nullptr;
    unsigned number = 0;
  };
  static constexpr std::uint32_t kClosed = std::uint32_t{1} << 31;

  static int entry(void* helper) noexcept;
  void serve(unsigned number) noexcept;
  void run_all(Call call, void* context) noexcept;
  bool enter() noexcept;
  void announce() noexcept;

  Helper helpers_[kMostHelpers];
  unsigned helper_count_ = 0;
  Call call_ = nullptr;
  void* context_ = nullptr;
  std::atomic<bool> is_over_{false};
  std::atomic<std::uint32_t> round_{0};
  std::atomic<std::uint32_t> inside_{kClosed};  // helpers at work on the round; kClosed: no more may come
};

}  // namespace leak::hook
