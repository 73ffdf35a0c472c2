// The files that make up the program, from what is mapped: no question to the loader, which may be at work.
#pragma once

#include <cstdint>

#include "scan/memory_map.h"

namespace leak::hook {

struct Module {
  std::uintptr_t begin;  // of its first mapping
  std::uintptr_t end;    // of its last segment, zero-filled part included
  const char* path;      // lives as long as the memory map
  AddressRange data[4];  // writable segments without what is read-only after relocation (RELRO)
  std::uint32_t data_count;
};

// Ascending; false: no memory.
bool list_modules(const MemoryMap& map, GrowingArray<Module>& modules) noexcept;

// The bookkeeping of the C library's allocator (its lists of free chunks) within `module`; empty if it is not
// there.
AddressRange find_main_arena(const MemoryMap& map, const Module& module) noexcept;

}  // namespace leak::hook
