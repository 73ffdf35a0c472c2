// The trace on disk: grows frame by frame, remembers where each one is, and ends with the index. A frame is either
// there or not: when one cannot be written whole, the file is cut back to where it was.
#pragma once

#include <cstddef>
#include <cstdint>

#include "sink/compressor.h"
#include "trace_format/layout.h"

namespace leak::hook {

class TraceFile {
 public:
  // Takes the descriptor over. max_bytes 0: no limit.
  void open(int descriptor, std::uint64_t max_bytes) noexcept;

  // Appends the frame of a chunk. 0, or minus an error number (-EFBIG when max_bytes would be passed).
  long append(const Compressor::Frame& frame, const trace::ChunkHeader& header, std::uint32_t tid) noexcept;
  // Appends the index frame (made by `compressor`) and the trailer.
  long append_index(Compressor& compressor) noexcept;

  std::uint64_t bytes() const noexcept { return bytes_; }

 private:
  long write_or_cut_back(const void* data, std::size_t bytes) noexcept;
  bool remember(const trace::IndexEntry& entry) noexcept;

  int descriptor_ = -1;
  std::uint64_t bytes_ = 0;
  std::uint64_t max_bytes_ = 0;
  trace::IndexEntry* index_ = nullptr;
  std::size_t index_count_ = 0;
  std::size_t index_capacity_ = 0;
};

}  // namespace leak::hook
