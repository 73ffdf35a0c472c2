// Distinct stacks as a tree: each node is one frame and points at its caller's node, so a stack is the id of
// its leaf node and stacks share their outer frames. Memory: one node per distinct call path.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/strong_id.h"

namespace leak::scan {

class StackTable {
 public:
  StackTable();

  // The stack that has `pc` called from `caller`. Same arguments, same id. StackId{0} is the empty stack.
  StackId intern(StackId caller, PcId pc);

  StackId caller(StackId stack) const { return nodes_[stack.index()].caller; }
  PcId pc(StackId stack) const { return nodes_[stack.index()].pc; }
  std::size_t size() const { return nodes_.size(); }

  // The frames, leaf first.
  std::vector<PcId> frames(StackId stack) const;

 private:
  struct Node {
    StackId caller;
    PcId pc;
  };
  void grow_index();

  std::vector<Node> nodes_;
  std::vector<std::uint32_t> index_;  // open addressing over nodes_; 0 is empty
};

}  // namespace leak::scan
