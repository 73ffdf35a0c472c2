// Reference counts in the heap: the control blocks of shared pointers, told by their type and their first
// bytes. What is shared is the object; the counts say how many pointers share it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "graph/heap_graph.h"

namespace leak::scan {

enum class CountLayout : std::uint8_t {
  kStd,     // libstdc++, boost: vptr@0, use int@8, weak int@12
  kLibcxx,  // vptr@0, owners - 1 long@8, weak long@16
  kQt,      // weak int@0, strong int@4, destructor@8
  kRust,    // Arc and Rc: strong@0, weak@8, the value after them
};

struct ControlBlock {
  CountLayout layout = CountLayout::kStd;
  std::uint64_t use = 0;        // owners
  std::uint64_t weak = 0;       // as the library counts: owners together may hold one
  std::uint64_t weak_only = 0;  // pointers that do not own
  bool holds_object = false;    // the object lies in the same block (make_shared, Arc)
};

// Whose shared pointer an allocation was for, as its stack tells; needed where the block has no type.
enum class SharedPointerHint : std::uint8_t { kNone, kQt, kRust };

// From functions of the allocating stack, leaf first, demangled.
SharedPointerHint shared_pointer_hint(std::string_view function);

// nullopt: none, or its first bytes were not kept, or they make no sense as counts.
std::optional<ControlBlock> control_block_of(const HeapGraph& graph, NodeId node, SharedPointerHint hint);

// The mangled name of a control block's class: does it belong to a shared pointer?
bool is_control_block_type(std::string_view mangled);

}  // namespace leak::scan
