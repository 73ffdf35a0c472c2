#include "decode/zstd_frame.h"

#include <zstd.h>

#include <cstring>
#include <new>

namespace leak::scan {

namespace {

constexpr std::size_t kMaxFrameContent = trace::kMaxChunkBytes + sizeof(trace::ChunkHeader);

}  // namespace

std::span<std::uint8_t> FrameBuffer::resize(std::size_t size) {
  if (size > capacity_) {
    memory_ = std::make_unique_for_overwrite<std::uint8_t[]>(size + kPadding);
    capacity_ = size;
  }
  size_ = size;
  if (memory_ != nullptr) std::memset(memory_.get() + size, 0, kPadding);
  return {memory_.get(), size};
}

std::optional<std::size_t> chunk_bytes_of_frame(std::span<const std::uint8_t> prefix) {
  std::uint32_t magic = 0;
  if (prefix.size() < sizeof magic) return std::nullopt;
  std::memcpy(&magic, prefix.data(), sizeof magic);
  if (magic != kZstdMagic) return std::nullopt;
  const unsigned long long size = ZSTD_getFrameContentSize(prefix.data(), prefix.size());
  if (size == ZSTD_CONTENTSIZE_UNKNOWN || size == ZSTD_CONTENTSIZE_ERROR) return std::nullopt;
  if (size < sizeof(trace::ChunkHeader) || size > kMaxFrameContent) return std::nullopt;
  return static_cast<std::size_t>(size);
}

std::optional<std::size_t> frame_bytes_of(std::span<const std::uint8_t> bytes) {
  const std::size_t size = ZSTD_findFrameCompressedSize(bytes.data(), bytes.size());
  if (ZSTD_isError(size) != 0) return std::nullopt;
  return size;
}

FrameDecoder::FrameDecoder() : context_(ZSTD_createDCtx()) {
  if (context_ == nullptr) throw std::bad_alloc();
}

FrameDecoder::~FrameDecoder() { ZSTD_freeDCtx(context_); }

bool FrameDecoder::decode(std::span<const std::uint8_t> frame, FrameBuffer& out) {
  const std::optional<std::size_t> size = chunk_bytes_of_frame(frame);
  if (!size) return false;
  const std::span<std::uint8_t> target = out.resize(*size);
  ZSTD_DCtx_reset(context_, ZSTD_reset_session_only);
  return ZSTD_decompressDCtx(context_, target.data(), target.size(), frame.data(), frame.size()) == *size;
}

std::size_t FrameDecoder::peek(std::span<const std::uint8_t> prefix, std::span<std::uint8_t> out) {
  ZSTD_DCtx_reset(context_, ZSTD_reset_session_only);
  ZSTD_inBuffer input{prefix.data(), prefix.size(), 0};
  ZSTD_outBuffer output{out.data(), out.size(), 0};
  while (output.pos != output.size) {
    const std::size_t consumed = input.pos;
    const std::size_t produced = output.pos;
    const std::size_t status = ZSTD_decompressStream(context_, &output, &input);
    if (ZSTD_isError(status) != 0 || status == 0) break;
    if (input.pos == consumed && output.pos == produced) break;  // wants more input than there is
  }
  return output.pos;
}

std::optional<trace::ChunkHeader> parse_chunk_header(std::span<const std::uint8_t> prefix,
                                                     std::size_t chunk_bytes) {
  trace::ChunkHeader header{};
  if (prefix.size() < sizeof header) return std::nullopt;
  std::memcpy(&header, prefix.data(), sizeof header);
  if (header.magic != trace::kChunkMagic) return std::nullopt;
  if (header.body_bytes != chunk_bytes - sizeof header) return std::nullopt;
  return header;
}

}  // namespace leak::scan
