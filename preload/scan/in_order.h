// Order among the members of a team: pieces of work are made by whoever claims them and finished in any
// order, but taken one after another, each by the thread that finds it ready and nobody else taking. So no
// thread waits for another as long as it is not far ahead of it.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "sys/futex.h"

namespace leak::hook {

// `Made`: what a piece is made into; reused for later pieces, the same few as long as those suffice: their
// memory is there and in the cache. `kMostPieces`: so many are under way or ready at most.
template <class Made, std::uint32_t kMostPieces = 16>
class InOrder {
  static_assert(kMostPieces < 32);

 public:
  static constexpr std::uint32_t kPieces = kMostPieces;

  // The place for piece `number`. Every number must be asked for once, and then be given to finish(); waits
  // until those far before it are taken. Requires: earlier numbers do not wait for this thread to go on.
  Made& place_for(std::uint32_t number) noexcept {
    for (;;) {
      const std::uint32_t taken = taken_.load(std::memory_order_acquire);  // pairs with take_ready
      if (number - taken < kPieces) return made_[place_[number % kPieces] = claim_place()];
      sys::futex_wait(taken_, taken);
    }
  }

  // Calls take(made) for this piece, or leaves it to the thread that is taking another or has yet to finish
  // an earlier one.
  template <class Take>
  void finish(std::uint32_t number, Take&& take) noexcept {
    // Who is taking looks once more after it has ceased to be the one. seq_cst, here and below: it sees this
    // piece then, or we see that nobody is taking.
    ready_[number % kPieces].store(true, std::memory_order_seq_cst);
    while (is_ready(taken_.load(std::memory_order_seq_cst)) &&
           !taking_.exchange(true, std::memory_order_seq_cst)) {
      take_ready(take);
      taking_.store(false, std::memory_order_seq_cst);
    }
  }

 private:
  bool is_ready(std::uint32_t number) const noexcept {
    return ready_[number % kPieces].load(std::memory_order_seq_cst);
  }

  // There is one: no more than kPieces are asked for and not yet taken.
  std::uint8_t claim_place() noexcept {
    std::uint32_t free = free_.load(std::memory_order_relaxed);
    // acquire: pairs with take_ready, which is done with what was made there.
    while (!free_.compare_exchange_weak(free, free & (free - 1), std::memory_order_acquire,
                                        std::memory_order_relaxed)) {
    }
    return static_cast<std::uint8_t>(__builtin_ctz(free));
  }

  template <class Take>
  void take_ready(Take& take) noexcept {
    for (std::uint32_t next = taken_.load(std::memory_order_seq_cst); is_ready(next); ++next) {
      const std::uint8_t place = place_[next % kPieces];
      take(made_[place]);
      ready_[next % kPieces].store(false, std::memory_order_relaxed);
      free_.fetch_or(1U << place, std::memory_order_release);  // pairs with claim_place
      taken_.store(next + 1, std::memory_order_seq_cst);
      sys::futex_wake(taken_);
    }
  }

  std::array<Made, kPieces> made_;
  std::array<std::uint8_t, kPieces> place_{};             // in made_, of each piece; handed over by ready_
  std::atomic<std::uint32_t> free_{(1U << kPieces) - 1};  // places in made_, a bit each
  std::array<std::atomic<bool>, kPieces> ready_{};
  std::atomic<bool> taking_{false};
  std::atomic<std::uint32_t> taken_{0};  // pieces
};

}  // namespace leak::hook
