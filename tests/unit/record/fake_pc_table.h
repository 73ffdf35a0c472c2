// Stands in for record/pc_table: ids count up from 1 and can be turned back.
#pragma once

#include <cstdint>

namespace leak::test {

struct KnownPc {
  std::uintptr_t pc;
  std::uint16_t flags;
};
// What `id` was given for.
KnownPc known_pc(std::uint32_t id);

}  // namespace leak::test
