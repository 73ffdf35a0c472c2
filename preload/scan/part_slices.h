// Encodes a long section of the graph on all threads of the team: slices of so many items, each parts of its
// own, that are handed on in their order.
#pragma once

#include <algorithm>
#include <atomic>

#include "scan/growing_array.h"
#include "scan/in_order.h"
#include "scan/team.h"
#include "trace_format/heap_graph_parts.h"

namespace leak::hook {

// The parts of a slice, one behind the other.
class MadeParts {
 public:
  void clear() noexcept {
    bytes_.set_size(0);
    sizes_.set_size(0);
  }
  bool add(const std::uint8_t* body, std::size_t bytes) noexcept {
    if (!bytes_.reserve_more(bytes) || !sizes_.push(bytes)) return false;
    std::memcpy(bytes_.end(), body, bytes);
    bytes_.set_size(bytes_.size() + bytes);
    return true;
  }
  template <class F>
  void for_each(F&& f) noexcept {
    std::uint8_t* at = bytes_.begin();
    for (const std::size_t bytes : sizes_) {
      f(at, bytes);
      at += bytes;
    }
  }

 private:
  GrowingArray<std::uint8_t> bytes_;
  GrowingArray<std::size_t> sizes_;
};

// Writes the items [0, count): encode(writer, from, to) puts those of one slice, in any thread; the parts are
// handed on to the writer's sink by one thread at a time. Requires: writer.begin(section) was called. False:
// no memory, and nothing of the section was written.
template <class Writer, class Encode>
bool write_in_slices(Team& team, Writer& writer, std::uint64_t graph_id, trace::GraphSection section,
                     std::size_t count, Encode&& encode) noexcept {
  // Most parts are half of what they may have, few slices need two.
  constexpr std::size_t kItems = std::size_t{128} << 10;
  struct Collect {
    MadeParts* made;
    bool operator()(const std::uint8_t* body, std::size_t bytes, const trace::GraphPart&) const noexcept {
      return made->add(body, bytes);
    }
  };
  GrowingArray<std::uint8_t> memory[Team::kMostHelpers + 1];
  for (unsigned member = 0; member != team.size(); ++member) {
    if (!memory[member].resize(trace::kGraphPartBytes)) return false;
  }
  InOrder<MadeParts, 4> parts;
  std::atomic<std::uint32_t> next{0};
  std::atomic<bool> refused{false};
  team.run([&](unsigned member) {
    for (;;) {
      const std::uint32_t slice = next.fetch_add(1, std::memory_order_relaxed);
      const std::size_t from = slice * kItems;
      if (from >= count) return;
      MadeParts& made = parts.place_for(slice);
      made.clear();
      // Once refused, slices are still claimed and finished, or those who made later ones would wait for
      // ever.
      if (!refused.load(std::memory_order_relaxed)) {
        trace::GraphPartWriter encoder(graph_id, memory[member].data(), Collect{&made});
        encoder.begin(section);
        encode(encoder, from, std::min(from + kItems, count));
        encoder.flush();
        if (!encoder.ok()) refused.store(true, std::memory_order_relaxed);
      }
      parts.finish(slice, [&](MadeParts& ready) {
        if (refused.load(std::memory_order_relaxed)) return;
        ready.for_each([&](std::uint8_t* body, std::size_t bytes) { writer.append_part(body, bytes); });
        if (!writer.ok()) refused.store(true, std::memory_order_relaxed);
      });
    }
  });
  if (refused.load(std::memory_order_relaxed)) writer.refuse();
  return true;
}

}  // namespace leak::hook
