// Where the chunks of a trace are: from the index at its end, or, when the process was killed or the index is
// damaged, by walking the frames and searching for the next good one after each damaged place.
#pragma once

#include <cstdint>
#include <vector>

#include "base/diagnostics.h"
#include "decode/byte_source.h"
#include "decode/zstd_frame.h"
#include "trace_format/layout.h"

namespace leak::scan {

struct FrameRef {
  std::uint64_t offset = 0;
  std::uint64_t chunk_id = 0;
  std::uint64_t first_ticks = 0;
  std::uint64_t last_ticks = 0;
  std::uint32_t frame_bytes = 0;
  std::uint32_t item_count = 0;
  trace::ChunkKind kind{};
};

struct FrameList {
  std::vector<FrameRef> frames;  // by offset, without the index
  bool from_index = false;
};

// Looks at the first size() bytes as they are now. Damage is counted in `diagnostics`, never thrown.
FrameList list_frames(const ByteSource& trace, Diagnostics& diagnostics);

// The chunk ids in the section table of the events chunk at `frame`; empty when they cannot be read.
std::vector<std::uint64_t> section_chunk_ids(const ByteSource& trace, const FrameRef& frame,
                                             FrameDecoder& decoder);

}  // namespace leak::scan
