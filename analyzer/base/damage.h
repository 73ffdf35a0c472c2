// Helpers that count damage in Diagnostics.
#pragma once

#include <cstdint>

#include "base/diagnostics.h"

namespace leak::scan {

// One more frame, journal slot or meta chunk that could not be read to its end; `offset` is in its file.
inline void note_damage(Diagnostics& diagnostics, std::uint64_t offset) {
  ++diagnostics.torn_frames;
  if (!diagnostics.first_damage_offset || offset < *diagnostics.first_damage_offset) {
    diagnostics.first_damage_offset = offset;
  }
}

}  // namespace leak::scan
