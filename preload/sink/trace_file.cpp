#include "sink/trace_file.h"

#include <cerrno>
#include <cstring>

#include "sys/pages.h"
#include "sys/syscalls.h"

namespace leak::hook {

void TraceFile::open(int descriptor, std::uint64_t max_bytes) noexcept {
  descriptor_ = descriptor;
  max_bytes_ = max_bytes;
}

long TraceFile::write_or_cut_back(const void* data, std::size_t bytes) noexcept {
  if (max_bytes_ != 0 && bytes_ + bytes > max_bytes_) return -EFBIG;
  const long result = sys::write_all(descriptor_, data, bytes);
  if (result != 0) {
    sys::raw_syscall(SYS_ftruncate, descriptor_, static_cast<long>(bytes_));
    sys::raw_syscall(SYS_lseek, descriptor_, static_cast<long>(bytes_), 0 /* SEEK_SET */);
    return result;
  }
  bytes_ += bytes;
  return 0;
}

bool TraceFile::remember(const trace::IndexEntry& entry) noexcept {
  if (index_count_ == index_capacity_) {
    const std::size_t capacity = index_capacity_ == 0 ? 1024 : index_capacity_ * 2;
    void* memory = sys::map_pages(capacity * sizeof(trace::IndexEntry));
    if (memory == nullptr) return false;
    if (index_ != nullptr) {
      std::memcpy(memory, index_, index_count_ * sizeof(trace::IndexEntry));
      sys::unmap_pages(index_, index_capacity_ * sizeof(trace::IndexEntry));
    }
    index_ = static_cast<trace::IndexEntry*>(memory);
    index_capacity_ = capacity;
  }
  index_[index_count_++] = entry;
  return true;
}

long TraceFile::append(const Compressor::Frame& frame, const trace::ChunkHeader& header,
                       std::uint32_t tid) noexcept {
  if (frame.data == nullptr) return -EIO;
  const std::uint64_t offset = bytes_;
  const long result = write_or_cut_back(frame.data, frame.bytes);
  if (result != 0) return result;
  trace::IndexEntry entry{};
  entry.file_offset = offset;
  entry.first_ticks = header.first_ticks;
  entry.last_ticks = header.last_ticks;
  entry.chunk_id = header.chunk_id;
  entry.frame_bytes = static_cast<std::uint32_t>(frame.bytes);
  entry.item_count = header.item_count;
  entry.kind = header.kind;
  entry.tid = tid;
  // Without memory for the index the reader walks the frames: an index with a hole would be worse.
  if (!remember(entry)) index_capacity_ = 0, index_count_ = 0;
  return 0;
}

long TraceFile::append_index(Compressor& compressor) noexcept {
  if (index_count_ == 0) return 0;
  const std::size_t index_bytes = index_count_ * sizeof(trace::IndexEntry);
  if (sizeof(trace::ChunkHeader) + index_bytes > Compressor::kMaxContentBytes) return 0;
  trace::ChunkHeader header{};
  header.magic = trace::kChunkMagic;
  header.kind = trace::ChunkKind::kIndex;
  header.version = trace::kFormatVersion;
  header.first_ticks = index_[0].first_ticks;
  header.last_ticks = index_[index_count_ - 1].last_ticks;
  header.body_bytes = static_cast<std::uint32_t>(index_bytes);
  header.item_count = static_cast<std::uint32_t>(index_count_);
  compressor.begin(sizeof(header) + index_bytes);
  compressor.add(&header, sizeof(header));
  compressor.add(index_, index_bytes);
  const Compressor::Frame frame = compressor.finish();
  if (frame.data == nullptr) return -EIO;

  const trace::IndexTrailer trailer = {trace::kIndexTrailerMagic, sizeof(std::uint64_t), bytes_};
  const long result = write_or_cut_back(frame.data, frame.bytes);
  if (result != 0) return result;
  return write_or_cut_back(&trailer, sizeof(trailer));
}

}  // namespace leak::hook
