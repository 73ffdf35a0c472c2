// Integer ids as types of their own, so that a stack is never passed where a thread is meant.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace leak::scan {

template <class Tag>
struct StrongId {
  std::uint32_t value = 0;

  constexpr StrongId() = default;
  constexpr explicit StrongId(std::uint32_t number) : value(number) {}
  constexpr auto operator<=>(const StrongId&) const = default;
  constexpr std::size_t index() const { return value; }
};

using PcId = StrongId<struct PcTag>;          // a program counter in one module epoch (trace_format PcRecord)
using ModuleId = StrongId<struct ModuleTag>;  // one load of one object (trace_format ModuleRecord)
using StackId = StrongId<struct StackTag>;    // a node of StackTable; 0 is the empty stack
using ThreadId = StrongId<struct ThreadTag>;  // the kernel's thread id
using FrameId = StrongId<struct FrameTag>;    // an entry of ReportModel::frames

}  // namespace leak::scan

template <class Tag>
struct std::hash<leak::scan::StrongId<Tag>> {
  std::size_t operator()(leak::scan::StrongId<Tag> id) const noexcept { return id.value; }
};
