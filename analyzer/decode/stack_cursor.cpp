#include "decode/stack_cursor.h"

#include <algorithm>

namespace leak::scan {

// One loop over the pushed frames of all stacks. How many each stack pushes varies at random: a loop for each
// would cost a mispredicted branch a stack, more than the lookups.
void StackCursor::follow(const ColumnBatch& batch, BatchIds& ids) {
  const std::uint64_t* const pc_ids = batch.pc_ids();
  if (!plan_turns(batch, ids)) {
    std::size_t first_pc = 0;
    for (std::size_t i = 0; i != batch.stack_count(); ++i) {
      follow(depth_ - batch.dropped(i), batch.pushed(i), pc_ids + first_pc);
      first_pc += batch.pushed(i);
      ids[i] = id();
    }
    return;
  }
  const std::size_t count = turns_.size();
  make_room(depth_ + count);
  if (pushed_ids_.size() <= count) pushed_ids_.resize(count + 1);
  pushed_ids_[0] = id();
  InternedStack* top = &stacks_[depth_];
  std::uint32_t next_pc = 0;
  for (std::size_t i = 0; i != count; ++i) {
    top -= turns_[i].dropped;
    next_pc += turns_[i].pc_skip;
    top[1] = interner_.intern(*top, static_cast<std::uint32_t>(pc_ids[next_pc--]));
    pushed_ids_[i + 1] = (++top)->id;
  }
  depth_ = static_cast<std::size_t>(top - stacks_.data());
  for (std::size_t i = 0; i != batch.stack_count(); ++i) ids[i] = pushed_ids_[ids[i]];
}

// Fills turns_, and `ends` with how many frames were pushed up to and with each stack. False when a stack is
// an outer part of the one before. That is rare: the call that allocates is a frame too.
bool StackCursor::plan_turns(const ColumnBatch& batch, BatchIds& ends) {
  const std::size_t count = batch.stack_count();
  std::size_t pushes = 0;
  for (std::size_t i = 0; i != count; ++i) pushes += batch.pushed(i);
  turns_.assign(pushes + 1, Turn{});
  std::uint32_t end = 0;
  std::uint32_t next_pc = 0;  // where follow() reads the next one
  bool is_outer_part = false;
  for (std::size_t i = 0; i != count; ++i) {
    const std::uint32_t pushed = static_cast<std::uint32_t>(batch.pushed(i));
    Turn& turn = turns_[end];
    // Frames are pushed from the outermost, and a stack's pcs begin with the leaf. Below 0 the sums wrap.
    turn.dropped += static_cast<std::uint32_t>(batch.dropped(i));
    turn.pc_skip += end + pushed - 1 - next_pc;
    next_pc = end - 1;
    is_outer_part |= pushed == 0 && batch.dropped(i) != 0;
    end += pushed;
    ends[i] = end;
  }
  turns_.pop_back();
  return !is_outer_part;
}

}  // namespace leak::scan
