// The pointers into nodes that lie outside all nodes, and the memory they were looked for in, so that it can
// be searched again for encoded ones.
#pragma once

#include <cstdint>

#include "scan/node_index.h"
#include "scan/pointer_filter.h"
#include "trace_format/heap_graph.h"

namespace leak::hook {

struct RootRange {
  AddressRange memory;
  trace::RootKind kind;
  std::uint32_t context;
};

class RootTable {
 public:
  RootTable(const NodeIndex& index, const MemoryMap& map, PointerFilter filter) noexcept
      : index_(index), walk_(map), filter_(filter) {}

  // Not searched, whatever asks for it: our own memory, the allocator's.
  RangeSet& left_out() noexcept { return left_out_; }

  // Every aligned word of the memory.
  void add_memory(trace::RootKind kind, std::uint32_t context, AddressRange memory) noexcept;
  // One value, as `where` says; not a node's: nothing.
  void add_value(trace::RootKind kind, std::uint32_t context, std::uint64_t where,
                 std::uint64_t value) noexcept;
  void add(const trace::GraphRoot& root) noexcept { ok_ = roots_.push(root) && ok_; }

  GrowingArray<trace::GraphRoot>& roots() noexcept { return roots_; }
  const GrowingArray<RootRange>& ranges() const noexcept { return ranges_; }
  const ReadableWalk& walk() const noexcept { return walk_; }
  bool ok() const noexcept { return ok_; }

 private:
  void search(trace::RootKind kind, std::uint32_t context, AddressRange piece) noexcept;

  const NodeIndex& index_;
  ReadableWalk walk_;
  PointerFilter filter_;
  RangeSet left_out_;
  GrowingArray<trace::GraphRoot> roots_;
  GrowingArray<RootRange> ranges_;
  bool ok_ = true;
};

}  // namespace leak::hook
