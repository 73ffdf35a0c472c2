// Takes stacks as the hooks do and compares each with libunwind's, and the deltas with the stack they stand for.
#pragma once

#include <cstdint>
#include <string>

namespace leak::test {

struct CheckTotals {
  std::uint64_t equal;
  std::uint64_t to_guess;
  std::uint64_t mismatched;
  std::uint64_t gave_up;
  std::uint64_t bad_deltas;
  std::uint64_t frames;
  std::uint64_t pushed;
};

// Once per process. false: no libunwind.
bool prepare_checker();

// Takes the stack of the caller and checks it. In a signal handler that interrupted it: nothing.
void checkpoint();

// Takes it without checking, so that the next one has something to build on.
void capture_unchecked();

// Frames of the caller's last stack; the end mark counts.
std::uint32_t last_depth();
bool last_is_truncated();
// The pc of frame `index` from the leaf, and the flags of its id.
std::uintptr_t last_pc(std::uint32_t index);
std::uint16_t last_flags(std::uint32_t index);

CheckTotals check_totals();
// The first mismatch, in words.
std::string first_complaint();

// The calling thread ends: its instance goes to a later one.
void release_checker();

}  // namespace leak::test
