// "The data is imperfect": counted while reading, never thrown, shown by every report.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace leak::scan {

struct Diagnostics {
  std::uint64_t dropped_events = 0;        // said by the hook itself, all reasons
  std::uint64_t torn_frames = 0;           // frames (or journal slots) that could not be read to their end
  std::uint64_t skipped_bytes = 0;         // bytes of the file that belong to no readable frame
  std::optional<std::uint64_t> first_damage_offset;
  std::uint64_t unknown_records = 0;       // kinds of a newer minor version
  std::uint64_t unknown_frees = 0;         // frees of blocks never seen allocated (older than the hook)
  std::uint64_t double_allocations = 0;    // an address allocated again without a free in between
  bool truncated = false;                  // no end record: the process was killed, or is still running
  bool recovered_from_journal = false;
  std::uint64_t recovered_events = 0;      // of all events, those that came from the journal
  std::vector<std::string> warnings;       // whole sentences for people
};

}  // namespace leak::scan
