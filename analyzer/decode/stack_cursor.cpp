#include "decode/stack_cursor.h"

#include <algorithm>

namespace leak::scan {

void StackCursor::follow(const ColumnBatch& batch, BatchIds& ids) {
  std::size_t i = 0;
  for (const ColumnBatch::StackChange& stack : batch.stacks()) {
    if (stack.entry != 0) [[likely]] {
      follow_entry(batch, stack);
    } else {
      follow(depth_ - stack.dropped, stack.pushed, batch.pc_ids(stack));
    }
    ids[i++] = id();
  }
}

void StackCursor::follow_entry(const ColumnBatch& batch, const ColumnBatch::StackChange& stack) {
  Memo& memo = memos_[stack.entry];
  const std::size_t keep = depth_ - stack.dropped;
  make_room(keep + memo.pushed.size());
  InternedStack* const first = &stacks_[keep] + 1;
  if (memo.chunk == chunk_ && memo.caller == stacks_[keep].id) [[likely]] {
    // All of them: how many count is hard to predict.
    std::copy(memo.pushed.begin(), memo.pushed.end(), first);
    depth_ = keep + stack.pushed;
    return;
  }
  follow(keep, stack.pushed, batch.pc_ids(stack));
  memo.chunk = chunk_;
  memo.caller = stacks_[keep].id;
  std::copy(first, first + memo.pushed.size(), memo.pushed.begin());
}

}  // namespace leak::scan
