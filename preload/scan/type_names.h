// Names of C++ classes from the run-time type information that their vtables lead to: nothing but memory is
// read, so it works on stripped programs.
#pragma once

#include "scan/module_list.h"
#include "scan/node_index.h"
#include "trace_format/heap_graph.h"

namespace leak::hook {

class TypeNames {
 public:
  TypeNames(const MemoryMap& map, const GrowingArray<Module>& modules) noexcept
      : map_(map), modules_(modules) {}

  // Index + 1 of the type whose vtable pointer `word` is; 0: of none. The answer is remembered.
  std::uint32_t type_of(std::uint64_t word) noexcept;

  // Whether `word` is the vtable pointer of a base class `distance` bytes into a bigger object.
  bool is_vtable_of_base(std::uint64_t word, std::uint64_t distance) const noexcept;

  // Whether the address lies in a file that the program runs.
  bool in_module(std::uintptr_t address) const noexcept;

  const GrowingArray<trace::GraphType>& types() const noexcept { return types_; }
  // Whether the type, an answer of type_of, is a control block of a shared_ptr.
  bool is_control_block(std::uint32_t type) const noexcept { return type != 0 && control_block_[type - 1]; }

 private:
  struct Slot {
    std::uint64_t word;  // 0: free
    std::uint32_t type;
    std::uint32_t padding;
  };

  std::uint32_t examine(std::uint64_t word) noexcept;
  trace::GraphText name_of_vtable(std::uint64_t word) const noexcept;
  trace::GraphText name_of_type_info(std::uintptr_t info) const noexcept;
  bool read_word(std::uintptr_t address, std::uintptr_t& word) const noexcept;
  bool grow() noexcept;
  Slot& slot_for(std::uint64_t word) noexcept;

  const MemoryMap& map_;
  const GrowingArray<Module>& modules_;
  GrowingArray<trace::GraphType> types_;
  GrowingArray<bool> control_block_;
  GrowingArray<Slot> slots_;  // a power of two, at most half of them used
  std::size_t used_ = 0;
};

}  // namespace leak::hook
