#include "decode/zstd_frame.h"

#include <zstd.h>

#include <array>
#include <cstring>
#include <new>

namespace leak::scan {

namespace {

constexpr std::size_t kMaxFrameContent = trace::kMaxChunkBytes + sizeof(trace::ChunkHeader);

// RFC 8878, 3.1.1.1: the magic number, a byte that says which of the fields that follow are there, and those.
std::size_t frame_header_bytes(std::span<const std::uint8_t> frame) {
  constexpr std::array<std::size_t, 4> kDictionaryBytes = {0, 1, 2, 4};
  constexpr std::array<std::size_t, 4> kContentSizeBytes = {0, 2, 4, 8};
  if (frame.size() < 5) return frame.size();
  const std::uint8_t fields = frame[4];
  const bool single_segment = (fields & 0x20) != 0;  // no window size; the content size is always there
  const std::size_t content_size = kContentSizeBytes[fields >> 6];
  return 5 + (single_segment ? 0 : 1) + kDictionaryBytes[fields & 3] +
         (single_segment && content_size == 0 ? 1 : content_size);
}

// RFC 8878, 3.1.1.2: a block's header of three bytes, and what follows it.
struct BlockHead {
  bool is_last;
  std::size_t bytes;  // with the header
};
BlockHead block_head(std::span<const std::uint8_t> block) {
  constexpr std::uint32_t kRunLength = 1;  // its size is that of the content, made of one byte
  const std::uint32_t head = block[0] | std::uint32_t{block[1]} << 8 | std::uint32_t{block[2]} << 16;
  const std::size_t size = (head >> 1 & 3) == kRunLength ? 1 : head >> 3;
  return {(head & 1) != 0, 3 + size};
}
constexpr std::size_t kBlockHeadBytes = 3;

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

bool FrameDecoder::decode_blocks(std::span<const std::uint8_t> frame, FrameBuffer& out,
                                 std::vector<FrameBlock>& blocks) {
  blocks.clear();
  if (!decode(frame, out)) return false;
  // Fed block by block, the decoder shows how much content each of them has. What decode() accepted has no bad
  // sizes; the checks are for a file that changes meanwhile.
  FrameBuffer again;
  const std::span<std::uint8_t> target = again.resize(out.bytes().size());
  ZSTD_outBuffer output{target.data(), target.size(), 0};
  ZSTD_inBuffer input{frame.data(), 0, 0};
  ZSTD_DCtx_reset(context_, ZSTD_reset_session_only);
  std::size_t at = frame_header_bytes(frame);
  for (bool is_last = false; !is_last;) {
    if (frame.size() - at < kBlockHeadBytes) return false;
    const BlockHead head = block_head(frame.subspan(at));
    is_last = head.is_last;
    if (head.bytes > frame.size() - at) return false;
    at = is_last ? frame.size() : at + head.bytes;
    const std::size_t begin = input.size;
    const std::size_t before = output.pos;
    input.size = at;
    while (input.pos != input.size) {
      if (ZSTD_isError(ZSTD_decompressStream(context_, &output, &input)) != 0) return false;
    }
    blocks.push_back({at - begin, output.pos - before});
  }
  return output.pos == target.size();
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
