// The .eh_frame section of a loaded object: from a program counter to its frame description entry.
#pragma once

#include <cstdint>

namespace leak::hook::unwind {

// A loaded object, as far as unwinding goes.
struct CodeModule {
  std::uintptr_t map_start;
  std::uintptr_t map_end;
  const std::uint8_t* eh_frame_hdr;  // nullptr: no call frame information
  const void* identity;              // the loader's link_map, or whatever tells objects apart
  const char* path;                  // as the loader knows it; may be nullptr
};

// A frame description entry with what its common information entry adds.
struct FrameDescription {
  std::uintptr_t code_begin;
  std::uintptr_t code_end;
  const std::uint8_t* initial_begin;  // instructions common to many functions, run first
  const std::uint8_t* initial_end;
  const std::uint8_t* own_begin;
  const std::uint8_t* own_end;
  std::uint64_t code_alignment;
  std::int64_t data_alignment;
  std::uint8_t pointer_encoding;
  bool signal_frame;
};

// false: no entry covers `pc`, or the section makes no sense. Reads only [map_start, map_end).
bool find_frame_description(const CodeModule& module, std::uintptr_t pc, FrameDescription& out) noexcept;

}  // namespace leak::hook::unwind
