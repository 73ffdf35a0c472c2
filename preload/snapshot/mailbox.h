// How the parts of a graph come from the forked image to the writer: a ring of places in shared memory.
#pragma once

#include <atomic>
#include <cstdint>

#include "trace_format/heap_graph.h"

namespace leak::hook {

class Mailbox {
 public:
  // False: no memory. Once.
  bool open() noexcept;
  // Empties it for the next graph. Requires: no image uses it.
  void reset() noexcept;
  // A forked child of the program: the memory is the parent's.
  void forget() noexcept;

  // In the image. Waits for a free place; the image dies with the program, so it need not wait with an end.
  void put(const void* body, std::size_t bytes, const trace::GraphPart& part) noexcept;

  // In the writer: the oldest part, or nullptr; valid until drop().
  struct Letter {
    std::atomic<std::uint32_t> full;
    std::uint32_t bytes;
    trace::GraphPart part;
    std::uint8_t body[trace::kGraphPartBytes];
  };
  const Letter* oldest() noexcept;
  void drop() noexcept;

 private:
  static constexpr std::uint32_t kPlaces = 4;
  struct Shared {
    Letter letters[kPlaces];
  };
  Shared* shared_ = nullptr;
  std::uint32_t next_put_ = 0;
  std::uint32_t next_taken_ = 0;
};

}  // namespace leak::hook
