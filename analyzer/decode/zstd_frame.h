// One zstd frame to one chunk. The only file pair that knows libzstd. Every size is checked against the
// limits of the format before memory is taken.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "trace_format/layout.h"

struct ZSTD_DCtx_s;

namespace leak::scan {

// Bytes that grow without being zeroed and are kept for the next frame. `kPadding` readable bytes follow
// them.
class FrameBuffer {
 public:
  static constexpr std::size_t kPadding = 16;

  std::span<std::uint8_t> resize(std::size_t size);
  std::span<const std::uint8_t> bytes() const { return {memory_.get(), size_}; }

 private:
  std::unique_ptr<std::uint8_t[]> memory_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

inline constexpr std::uint32_t kZstdMagic = 0xFD2FB528;
inline constexpr std::size_t kFrameHeaderBytes = 18;  // most bytes that a frame header can have

// Decompressed size that the frame promises; nullopt when `prefix` starts no frame that a trace can hold.
std::optional<std::size_t> chunk_bytes_of_frame(std::span<const std::uint8_t> prefix);

// Size of the frame that `bytes` start with; nullopt when it does not end within them.
std::optional<std::size_t> frame_bytes_of(std::span<const std::uint8_t> bytes);

// One zstd block of a frame. The frame's own header counts to its first, the checksum to its last.
struct FrameBlock {
  std::size_t stored_bytes = 0;
  std::size_t content_bytes = 0;
};

// Not thread-safe; one for each thread.
class FrameDecoder {
 public:
  FrameDecoder();
  FrameDecoder(const FrameDecoder&) = delete;
  FrameDecoder& operator=(const FrameDecoder&) = delete;
  ~FrameDecoder();

  // The whole chunk, checksum verified; false when the frame is damaged.
  bool decode(std::span<const std::uint8_t> frame, FrameBuffer& out);

  // The same, and where the frame's blocks are.
  bool decode_blocks(std::span<const std::uint8_t> frame, FrameBuffer& out, std::vector<FrameBlock>& blocks);

  // The first out.size() bytes of the chunk, not verified; `prefix` may be cut short. Returns how many came.
  std::size_t peek(std::span<const std::uint8_t> prefix, std::span<std::uint8_t> out);

 private:
  ZSTD_DCtx_s* context_;
};

// The header of a decompressed chunk of `chunk_bytes`; nullopt when it is not one.
std::optional<trace::ChunkHeader> parse_chunk_header(std::span<const std::uint8_t> prefix,
                                                     std::size_t chunk_bytes);

}  // namespace leak::scan
