// The journal that a process leaves behind when it had no chance to finish: read once, copied, and checked.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/diagnostics.h"
#include "decode/byte_source.h"
#include "trace_format/layout.h"

namespace leak::scan {

struct JournalSlot {
  std::uint64_t chunk_id = 0;
  trace::ChunkKind kind{};
  std::uint32_t tid = 0;
  std::uint64_t file_offset = 0;
  std::vector<std::uint64_t> words;  // the valid data; events and meta records are both made of whole words
};

struct Journal {
  std::uint16_t version = 0;
  std::uint32_t pid = 0;
  std::uint64_t process_start_ticks = 0;
  std::uint64_t last_ticks = 0;  // newest clock calibration, 0: none
  std::uint64_t last_mono_ns = 0;
  std::uint64_t drops = 0;
  std::vector<std::uint64_t> process_record;  // the bytes of a meta body
  std::vector<JournalSlot> slots;             // by chunk_id, each id once
};

// nullopt when it is no journal or of a newer major version; slots with nonsense are counted as torn.
//
// Must be read before the trace is looked at: the writer first appends a slot's data to the trace and then
// frees the slot, so data that moves meanwhile is seen twice and skipped, but never missed.
std::optional<Journal> read_journal(const ByteSource& source, Diagnostics& diagnostics);

}  // namespace leak::scan
