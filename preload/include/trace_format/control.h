// How leakscan asks a recorded process for something: a block in the first page of the journal, which is mapped by both.
//
// leakscan takes `owner` (0 -> its pid), fills in command and label, adds 1 to `request`, and waits until `answered`
// has the same number; then `result` is valid, and it gives `owner` back. The process looks at `request` in each round
// of its writer thread, some 20 times a second.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace leak::trace {

inline constexpr std::size_t kJournalControlOffset = 1024;
inline constexpr std::uint32_t kControlVersion = 1;
inline constexpr std::size_t kControlLabelBytes = 256;

enum class ControlCommand : std::uint32_t { kNone = 0, kMark = 1, kGraph = 2 };
enum class ControlResult : std::uint32_t {
  kDone = 1,
  kScanIsOff = 2,       // LEAKHOOK_SCAN=off, or the allocator does not tell the size of a block
  kNotRecording = 3,    // the disk is full, or the recording is over
  kRefused = 4,         // the program could neither be stopped nor be copied
  kUnknownCommand = 5,
};

struct JournalControl {
  std::atomic<std::uint32_t> version;  // kControlVersion; 0: the process does not listen
  std::atomic<std::uint32_t> owner;    // pid of the leakscan that uses it, 0: free
  std::atomic<std::uint32_t> request;
  std::atomic<std::uint32_t> answered;
  std::atomic<std::uint32_t> command;
  std::atomic<std::uint32_t> result;
  char label[kControlLabelBytes];      // zero-terminated unless full
};
static_assert(sizeof(JournalControl) == 24 + kControlLabelBytes);

}  // namespace leak::trace
