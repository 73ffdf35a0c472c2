// One zstd frame after another, in memory mapped once: no allocation, no threads. Each frame has a content
// checksum and its content size.
#pragma once

#include <cstddef>
#include <cstdint>

namespace leak::hook {

class Compressor {
 public:
  // The largest content of one frame.
  static constexpr std::size_t kMaxContentBytes = 8U << 20;

  // Maps the working memory. false: no memory.
  bool open(int level) noexcept;

  // begin(), then add()s that sum up to content_bytes, then finish(). end_block() between two adds gives what
  // follows entropy tables of its own.
  void begin(std::size_t content_bytes) noexcept;
  void add(const void* data, std::size_t bytes) noexcept;
  void end_block() noexcept;
  // The complete frame, valid until the next begin(). Empty on an internal error of zstd.
  struct Frame {
    const std::uint8_t* data;
    std::size_t bytes;
  };
  Frame finish() noexcept;

 private:
  void run(int directive, const void* data, std::size_t bytes) noexcept;

  void* workspace_ = nullptr;
  void* stream_ = nullptr;  // ZSTD_CCtx, in the workspace
  std::uint8_t* output_ = nullptr;
  std::size_t output_capacity_ = 0;
  std::size_t output_bytes_ = 0;
  bool failed_ = false;
};

}  // namespace leak::hook
