// Which threads allocate at which stacks: one worker's memory of the thread that was seen last at each of its
// stacks, so that a section tells of each of its stacks at most once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "decode/event_batch.h"

namespace leak::scan {

class StackThreads {
 public:
  void begin_section(std::uint32_t tid) {
    tid_ = tid;
    last_[0] = tid;  // no stack: of no interest
  }

  // Requires of the two below: `stack` is less than the last `stacks`.
  void make_room(std::size_t stacks) {
    if (last_.size() < stacks) last_.resize(2 * stacks);
  }

  // 0 when the thread was seen there last.
  std::uint32_t difference(std::uint32_t stack) const { return last_[stack] ^ tid_; }

  void note(std::uint32_t stack, std::vector<StackThread>& found) {
    if (difference(stack) == 0) return;
    last_[stack] = tid_;
    found.push_back({stack, tid_});
  }

 private:
  std::uint32_t tid_ = 0;
  std::vector<std::uint32_t> last_ = std::vector<std::uint32_t>(1);  // index: stack id; 0: nobody yet
};

}  // namespace leak::scan
