// The memory of the nodes cut into slices of a few MiB, for several readers. Where the cuts lie depends on
// the nodes alone.
#pragma once

#include "scan/node_index.h"
#include "sys/spin_lock.h"

namespace leak::hook {

// What of the nodes [first, end) lies in `memory`: cut off are parts of large ones only.
struct NodeSlice {
  std::uint32_t number = 0;  // 0, 1, 2, ...: in the order of nodes, then of addresses
  NodeId first = 0;
  NodeId end = 0;
  AddressRange memory;
};

class NodeSlices {
 public:
  static constexpr std::size_t kBytes = std::size_t{4} << 20;

  static_assert(kBytes > NodeIndex::kAlwaysKnown);

  enum class LargeNodes : std::uint8_t { kCut, kWhole };

  // Of the nodes [first, end): blocks, or mappings.
  NodeSlices(const NodeIndex& index, NodeId first, NodeId end, LargeNodes large = LargeNodes::kCut) noexcept
      : index_(index), next_(first), end_(end), large_(large) {}

  // False: there is no more. Any thread.
  bool claim(NodeSlice& slice) noexcept;

 private:
  const NodeIndex& index_;
  sys::SpinLock lock_;
  NodeId next_;
  NodeId end_;
  LargeNodes large_;
  std::uintptr_t next_address_ = 0;  // in the node `next_`; 0: its begin
  std::uint32_t next_number_ = 0;
};

}  // namespace leak::hook
