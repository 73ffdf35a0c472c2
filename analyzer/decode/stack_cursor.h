// A thread's stack as it changes from event to event, with the id of each of its outer parts.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "decode/column_batch.h"
#include "decode/stack_interner.h"
#include "trace_format/event_dictionary.h"

namespace leak::scan {

class StackCursor {
 public:
  explicit StackCursor(StackInterner& interner) : interner_(interner), stacks_(1) {}

  // A new dictionary.
  void begin_chunk() {
    ++chunk_;
    memos_.resize(trace::kMaxEntries + 1);
  }
  // A new section: the stack is empty.
  void clear() { depth_ = 0; }

  // The stack now; 0 when it is empty.
  std::uint32_t id() const { return stacks_[depth_].id; }
  std::size_t depth() const { return depth_; }
  std::size_t stack_count() const { return interner_.nodes().size(); }  // of all; ids are below

  // Only frames that were pushed are interned: the kept ones are known by their position. Requires: keep <=
  // depth().
  void follow(std::size_t keep, std::size_t push, const std::uint32_t* pc_ids_leaf_first) {
    make_room(keep + push);
    depth_ = keep;
    for (std::size_t i = push; i != 0; --i) {
      stacks_[depth_ + 1] = interner_.intern(stacks_[depth_], pc_ids_leaf_first[i - 1]);
      ++depth_;
    }
  }

  // Follows all stacks of `batch`; `ids`: the stack after each of them.
  using BatchIds = std::array<std::uint32_t, ColumnBatch::kEvents>;
  void follow(const ColumnBatch& batch, BatchIds& ids);

 private:
  // What an entry of the dictionary pushed last, and on what. It nearly always does so again.
  struct Memo {
    std::uint32_t chunk = 0;
    std::uint32_t caller = 0;
    std::array<InternedStack, trace::kMaxEntryPush> pushed{};
  };

  void follow_entry(const ColumnBatch& batch, const ColumnBatch::StackChange& stack);
  void make_room(std::size_t depth) {
    if (stacks_.size() <= depth) [[unlikely]]
      stacks_.resize(2 * depth + 1);
  }

  StackInterner& interner_;
  std::vector<InternedStack> stacks_;  // index: depth; the empty one first
  std::size_t depth_ = 0;
  std::vector<Memo> memos_;  // by entry
  std::uint32_t chunk_ = 0;
};

}  // namespace leak::scan
