// A thread's stack as it changes from event to event, with the id of each of its outer parts.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "decode/column_batch.h"
#include "decode/stack_interner.h"

namespace leak::scan {

class StackCursor {
 public:
  explicit StackCursor(StackInterner& interner) : interner_(interner), stacks_(1) {}

  void clear() { depth_ = 0; }

  // The stack now; 0 when it is empty.
  std::uint32_t id() const { return stacks_[depth_].id; }
  std::size_t depth() const { return depth_; }
  std::size_t stack_count() const { return interner_.nodes().size(); }  // of all; ids are below

  // Only frames that were pushed are interned: the kept ones are known by their position. Requires: keep <=
  // depth().
  template <class PcId>
  void follow(std::size_t keep, std::size_t push, const PcId* pc_ids_leaf_first) {
    make_room(keep + push);
    depth_ = keep;
    for (std::size_t i = push; i != 0; --i) {
      stacks_[depth_ + 1] =
          interner_.intern(stacks_[depth_], static_cast<std::uint32_t>(pc_ids_leaf_first[i - 1]));
      ++depth_;
    }
  }

  // Follows all stacks of `batch`; `ids`: the stack after each of them.
  using BatchIds = std::array<std::uint32_t, ColumnBatch::kEvents>;
  void follow(const ColumnBatch& batch, BatchIds& ids);

 private:
  // What changes with the first frame that a stack pushes.
  struct Turn {
    std::uint32_t dropped = 0;  // frames
    std::uint32_t pc_skip = 0;  // from the pc in front of the one taken last; wraps
  };

  void make_room(std::size_t depth) {
    if (stacks_.size() <= depth) [[unlikely]]
      stacks_.resize(2 * depth + 1);
  }
  bool plan_turns(const ColumnBatch& batch, BatchIds& ends);

  StackInterner& interner_;
  std::vector<InternedStack> stacks_;  // index: depth; the empty one first
  std::size_t depth_ = 0;
  std::vector<Turn> turns_;                // index: pushed frame of the batch
  std::vector<std::uint32_t> pushed_ids_;  // index: pushed frame of the batch, plus 1; 0: before all of them
};

}  // namespace leak::scan
