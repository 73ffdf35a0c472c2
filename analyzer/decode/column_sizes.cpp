#include "decode/column_sizes.h"

#include <cstddef>
#include <span>
#include <vector>

#include "base/damage.h"
#include "decode/events_body.h"
#include "decode/zstd_frame.h"

namespace leak::scan {

namespace {

// Adds up the blocks of one frame: each to the part of the chunk in which its content begins.
void add_blocks(const std::vector<FrameBlock>& blocks, const EventsBody& parts, std::size_t columns_begin,
                TraceSizes& sizes) {
  std::size_t column = 0;
  std::size_t column_end = columns_begin;  // of the heads, which stand before the first
  StoredBytes* part = &sizes.heads;
  std::size_t at = 0;
  for (const FrameBlock& block : blocks) {
    while (at >= column_end && column != parts.columns.size()) {
      part = &sizes.columns[column];
      column_end += parts.columns[column++].size();
    }
    part->stored += block.stored_bytes;
    at += block.content_bytes;
  }
}

class FrameMeasure {
 public:
  explicit FrameMeasure(const ByteSource& trace) : trace_(trace) {}

  // False when the frame is damaged; then nothing is added.
  bool add(const FrameRef& ref, TraceSizes& sizes) {
    frame_.resize(ref.frame_bytes);
    if (trace_.read_at(ref.offset, frame_) != frame_.size()) return false;
    if (!decoder_.decode_blocks(frame_, chunk_, blocks_)) return false;
    const std::span<const std::uint8_t> chunk = chunk_.bytes();
    const EventsBody parts = split_events_body(chunk.subspan(sizeof(trace::ChunkHeader)));
    if (!parts.complete) return false;
    std::size_t coded = 0;
    for (std::size_t i = 0; i != parts.columns.size(); ++i) {
      sizes.columns[i].coded += parts.columns[i].size();
      coded += parts.columns[i].size();
    }
    const std::size_t columns_begin = chunk.size() - coded;
    sizes.heads.coded += columns_begin;
    add_blocks(blocks_, parts, columns_begin, sizes);
    ++sizes.chunks;
    if ((parts.flags & trace::kEventsAddressModel) != 0) ++sizes.predicted_chunks;
    return true;
  }

 private:
  const ByteSource& trace_;
  FrameDecoder decoder_;
  std::vector<std::uint8_t> frame_;
  FrameBuffer chunk_;
  std::vector<FrameBlock> blocks_;
};

}  // namespace

TraceSizes measure_columns(const TraceReader& reader, Diagnostics& diagnostics) {
  TraceSizes sizes;
  sizes.other_bytes = reader.trace().size();
  const auto take_off = [&sizes](std::uint64_t bytes) {
    sizes.other_bytes = sizes.other_bytes > bytes ? sizes.other_bytes - bytes : 0;
  };
  FrameMeasure measure(reader.trace());
  for (const EventChunkRef& chunk : reader.event_chunks()) {
    if (chunk.journal_slot) continue;
    if (measure.add(chunk.frame, sizes)) {
      take_off(chunk.frame.frame_bytes);
    } else {
      note_damage(diagnostics, chunk.frame.offset);
    }
  }
  for (const FrameRef& part : reader.graph_frames()) {
    sizes.graph_bytes += part.frame_bytes;
    take_off(part.frame_bytes);
  }
  return sizes;
}

}  // namespace leak::scan
