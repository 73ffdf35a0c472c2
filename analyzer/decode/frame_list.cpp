#include "decode/frame_list.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <span>

#include "base/damage.h"

namespace leak::scan {

namespace {

// Enough compressed bytes for the first zstd block, and with it for the head of any chunk.
constexpr std::size_t kPeekBytes = (128U << 10) + 64;
constexpr std::size_t kWindowBytes = 1U << 20;
constexpr std::array<std::uint8_t, 4> kMagicBytes = {0x28, 0xb5, 0x2f, 0xfd};

std::optional<FrameList> frames_of_index(std::span<const std::uint8_t> chunk, std::uint64_t index_offset) {
  const std::optional<trace::ChunkHeader> header = parse_chunk_header(chunk, chunk.size());
  if (!header || header->kind != trace::ChunkKind::kIndex) return std::nullopt;
  if (header->body_bytes != std::uint64_t{header->item_count} * sizeof(trace::IndexEntry))
    return std::nullopt;
  FrameList list;
  list.from_index = true;
  list.frames.reserve(header->item_count);
  std::uint64_t end = 0;
  for (std::size_t i = 0; i != header->item_count; ++i) {
    trace::IndexEntry entry{};
    std::memcpy(&entry, chunk.data() + sizeof(trace::ChunkHeader) + i * sizeof entry, sizeof entry);
    // An index that leaves gaps or overlaps is not of this file as it is now: better walk the frames.
    if (entry.file_offset != end || entry.frame_bytes == 0) return std::nullopt;
    end += entry.frame_bytes;
    list.frames.push_back({entry.file_offset, entry.chunk_id, entry.first_ticks, entry.last_ticks,
                           entry.frame_bytes, entry.item_count, entry.kind});
  }
  if (end != index_offset) return std::nullopt;
  return list;
}

std::optional<FrameList> read_index(const ByteSource& trace, std::uint64_t size) {
  trace::IndexTrailer trailer{};
  if (size < sizeof trailer) return std::nullopt;
  std::array<std::uint8_t, sizeof trailer> bytes{};
  if (trace.read_at(size - sizeof trailer, bytes) != bytes.size()) return std::nullopt;
  std::memcpy(&trailer, bytes.data(), sizeof trailer);
  if (trailer.magic != trace::kIndexTrailerMagic || trailer.content_bytes != 8) return std::nullopt;
  if (trailer.index_offset >= size - sizeof trailer) return std::nullopt;
  const std::uint64_t frame_bytes = size - sizeof trailer - trailer.index_offset;
  if (frame_bytes > 2 * std::uint64_t{trace::kMaxChunkBytes}) return std::nullopt;
  std::vector<std::uint8_t> frame(static_cast<std::size_t>(frame_bytes));
  if (trace.read_at(trailer.index_offset, frame) != frame.size()) return std::nullopt;
  FrameDecoder decoder;
  FrameBuffer chunk;
  if (!decoder.decode(frame, chunk)) return std::nullopt;
  return frames_of_index(chunk.bytes(), trailer.index_offset);
}

class FrameWalker {
 public:
  FrameWalker(const ByteSource& trace, std::uint64_t size, Diagnostics& diagnostics)
      : trace_(trace),
        size_(size),
        work_left_(64 * size + (std::uint64_t{64} << 20)),
        diagnostics_(diagnostics) {}

  FrameList walk() {
    FrameList list;
    std::uint64_t offset = 0;
    while (offset < size_) {
      if (const std::optional<FrameRef> frame = frame_at(offset)) {
        if (frame->kind != trace::ChunkKind::kIndex) list.frames.push_back(*frame);
        offset += frame->frame_bytes;
      } else if (const std::uint64_t skip = skippable_bytes_at(offset); skip != 0) {
        offset += skip;
      } else {
        offset = resynchronize(offset);
      }
    }
    return list;
  }

 private:
  // What is there of the `count` bytes at `offset`.
  std::span<const std::uint8_t> view(std::uint64_t offset, std::size_t count) {
    count = static_cast<std::size_t>(std::min<std::uint64_t>(count, size_ - std::min(offset, size_)));
    if (offset < window_start_ || offset + count > window_start_ + window_.size()) {
      window_.resize(
          static_cast<std::size_t>(std::min<std::uint64_t>(std::max(count, kWindowBytes), size_ - offset)));
      window_.resize(trace_.read_at(offset, window_));
      window_start_ = offset;
    }
    const std::size_t start = static_cast<std::size_t>(offset - window_start_);
    return std::span<const std::uint8_t>(window_).subspan(start, std::min(count, window_.size() - start));
  }

  std::optional<FrameRef> frame_at(std::uint64_t offset) {
    const std::optional<std::size_t> chunk_bytes = chunk_bytes_of_frame(view(offset, kFrameHeaderBytes));
    if (!chunk_bytes || !spend(kPeekBytes)) return std::nullopt;
    std::array<std::uint8_t, sizeof(trace::ChunkHeader)> head{};
    const std::size_t got = decoder_.peek(view(offset, kPeekBytes), head);
    const std::optional<trace::ChunkHeader> header =
        parse_chunk_header(std::span<const std::uint8_t>(head).first(got), *chunk_bytes);
    if (!header) return std::nullopt;
    const std::optional<std::size_t> frame_bytes = complete_frame_bytes(offset, *chunk_bytes);
    if (!frame_bytes) return std::nullopt;
    const std::span<const std::uint8_t> frame = view(offset, *frame_bytes);
    if ((!will_be_read(header->kind) || may_swallow_another(frame)) && !is_sound(frame)) return std::nullopt;
    return FrameRef{offset,
                    header->chunk_id,
                    header->first_ticks,
                    header->last_ticks,
                    static_cast<std::uint32_t>(*frame_bytes),
                    header->item_count,
                    header->kind};
  }

  // Whoever reads a chunk notices its damage. Others may be of those kinds, and damaged.
  static bool will_be_read(trace::ChunkKind kind) {
    return kind == trace::ChunkKind::kMeta || kind == trace::ChunkKind::kEvents ||
           kind == trace::ChunkKind::kHeapGraph;
  }

  // A damaged block size may make a frame seem to go on into those that follow. Compressed bytes can look
  // like a start by chance, so only decoding tells.
  static bool may_swallow_another(std::span<const std::uint8_t> frame) {
    const std::span<const std::uint8_t> inside = frame.subspan(kMagicBytes.size());
    return std::search(inside.begin(), inside.end(), kMagicBytes.begin(), kMagicBytes.end()) != inside.end();
  }

  bool is_sound(std::span<const std::uint8_t> frame) {
    FrameBuffer chunk;
    return spend(frame.size()) && decoder_.decode(frame, chunk);
  }

  std::optional<std::size_t> complete_frame_bytes(std::uint64_t offset, std::size_t chunk_bytes) {
    // zstd never needs more than a block header a block and one byte in 256 above the content.
    const std::size_t most = chunk_bytes + chunk_bytes / 64 + kPeekBytes;
    for (std::size_t count = kPeekBytes;; count *= 4) {
      const std::span<const std::uint8_t> bytes = view(offset, std::min(count, most));
      if (!spend(bytes.size())) return std::nullopt;
      if (const std::optional<std::size_t> found = frame_bytes_of(bytes)) return found;
      if (count >= most || bytes.size() < count) return std::nullopt;
    }
  }

  // Length of a skippable zstd frame (the index trailer, or a stranger's), 0 when there is none.
  std::uint64_t skippable_bytes_at(std::uint64_t offset) {
    const std::span<const std::uint8_t> head = view(offset, 8);
    if (head.size() < 8) return 0;
    std::array<std::uint32_t, 2> words{};
    std::memcpy(words.data(), head.data(), 8);
    if ((words[0] & 0xfffffff0) != 0x184d2a50) return 0;
    const std::uint64_t bytes = std::uint64_t{words[1]} + 8;
    return bytes <= size_ - offset ? bytes : 0;
  }

  // Counts the damage at `offset` and returns where the next good frame starts, or the end.
  std::uint64_t resynchronize(std::uint64_t offset) {
    note_damage(diagnostics_, offset);
    std::uint64_t next = offset + 1;
    while (next < size_) {
      const std::span<const std::uint8_t> bytes = view(next, kWindowBytes);
      const auto* const found =
          std::search(bytes.data(), bytes.data() + bytes.size(), kMagicBytes.begin(), kMagicBytes.end());
      const std::size_t distance = static_cast<std::size_t>(found - bytes.data());
      if (distance == bytes.size()) {
        // Keep three bytes: the magic may lie across two windows.
        next = bytes.size() <= 3 ? size_ : next + bytes.size() - 3;
        continue;
      }
      next += distance;
      if (frame_at(next)) break;
      ++next;
    }
    next = std::min(next, size_);
    diagnostics_.skipped_bytes += next - offset;
    return next;
  }

  // A hostile file can make each of its bytes look like the start of a long frame. The budget keeps the
  // search linear in the size of the file; when it is used up, the rest counts as damaged.
  bool spend(std::size_t bytes) {
    const bool enough = work_left_ >= bytes;
    work_left_ = enough ? work_left_ - bytes : 0;
    return enough;
  }

  const ByteSource& trace_;
  const std::uint64_t size_;
  std::uint64_t work_left_;
  Diagnostics& diagnostics_;
  FrameDecoder decoder_;
  std::vector<std::uint8_t> window_;
  std::uint64_t window_start_ = 0;
};

}  // namespace

FrameList list_frames(const ByteSource& trace, Diagnostics& diagnostics) {
  const std::uint64_t size = trace.size();
  if (std::optional<FrameList> indexed = read_index(trace, size)) return std::move(*indexed);
  return FrameWalker(trace, size, diagnostics).walk();
}

std::vector<std::uint64_t> section_chunk_ids(const ByteSource& trace, const FrameRef& frame,
                                             FrameDecoder& decoder) {
  std::vector<std::uint8_t> prefix(std::min<std::size_t>(frame.frame_bytes, kPeekBytes));
  prefix.resize(trace.read_at(frame.offset, prefix));
  constexpr std::size_t kTableOffset = sizeof(trace::ChunkHeader) + sizeof(trace::EventsHeader);
  std::vector<std::uint8_t> head(kTableOffset);
  if (decoder.peek(prefix, head) != head.size()) return {};
  trace::EventsHeader events{};
  std::memcpy(&events, head.data() + sizeof(trace::ChunkHeader), sizeof events);
  if (events.section_count > trace::kMaxChunkBytes / sizeof(trace::SectionEntry)) return {};
  head.resize(kTableOffset + events.section_count * sizeof(trace::SectionEntry));
  const std::size_t got = decoder.peek(prefix, head);
  std::vector<std::uint64_t> ids;
  for (std::size_t at = kTableOffset; at + sizeof(trace::SectionEntry) <= got;
       at += sizeof(trace::SectionEntry)) {
    trace::SectionEntry entry{};
    std::memcpy(&entry, head.data() + at, sizeof entry);
    ids.push_back(entry.chunk_id);
  }
  return ids;
}

}  // namespace leak::scan
