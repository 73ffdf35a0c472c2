// A random program: frames of every kind, nested in every order, with checkpoints everywhere.
#pragma once

#include <signal.h>

#include <cstdint>
#include <memory>

namespace leak::test {

class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed * 2 + 1) {}
  std::uint32_t below(std::uint32_t bound) {
    state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
    return static_cast<std::uint32_t>((state_ >> 33) % bound);
  }

 private:
  std::uint64_t state_;
};

struct Play {
  Random random;
  std::uint32_t depth_left;
  std::uint32_t actions_left;
  bool own_stack;  // false: on a small stack, or in a signal handler
};

void act(Play& play);

// SIGUSR1 and SIGUSR2 (on the alternate stack, which each thread must set up) play a little. Once per process.
void install_signal_plays();

// The calling thread's alternate signal stack while this lives; then it has the one before again.
class AlternateStack {
 public:
  AlternateStack();
  ~AlternateStack();
  AlternateStack(const AlternateStack&) = delete;
  AlternateStack& operator=(const AlternateStack&) = delete;

 private:
  std::unique_ptr<char[]> memory_;
  stack_t before_{};
};

}  // namespace leak::test
