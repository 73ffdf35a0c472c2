// The bodies of a trace's chunks, one after the other.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "base/command_error.h"
#include "decode/trace_reader.h"
#include "decode/zstd_frame.h"

namespace leak::scan {

// Decodes frames one at a time.
class ChunkBodies {
 public:
  explicit ChunkBodies(const TraceSource& source) : source_(source) {}

  // The body; nullopt when the frame is damaged. Throws CommandError for a newer major version.
  std::optional<std::span<const std::uint8_t>> body(const FrameRef& frame) {
    const std::span<std::uint8_t> compressed = compressed_.resize(frame.frame_bytes);
    if (source_.trace->read_at(frame.offset, compressed) != compressed.size()) return std::nullopt;
    if (!decoder_.decode(compressed, chunk_)) return std::nullopt;
    const std::span<const std::uint8_t> chunk = chunk_.bytes();
    const std::optional<trace::ChunkHeader> header = parse_chunk_header(chunk, chunk.size());
    if (!header || header->kind != frame.kind) return std::nullopt;
    if (header->version >> 8 > trace::kFormatMajor) {
      throw CommandError(newer_version_message(source_.path, header->version));
    }
    return chunk.subspan(sizeof(trace::ChunkHeader));
  }

 private:
  const TraceSource& source_;
  FrameDecoder decoder_;
  FrameBuffer compressed_;
  FrameBuffer chunk_;
};

}  // namespace leak::scan
