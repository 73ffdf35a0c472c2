// Where the blocks of heap graphs came from: for each the last allocation at its address before the graph was
// taken. Watches the events go by in any order of threads, because a block's own events are ordered by time.
#pragma once

#include <cstdint>
#include <vector>

#include "base/huge_pages.h"
#include "decode/event_batch.h"
#include "decode/heap_graph_image.h"
#include "replay/heap_history.h"

namespace leak::scan {

class BlockOrigins {
 public:
  BlockOrigins(std::vector<HeapGraphImage> images, std::uint32_t time_quantum_shift);

  bool empty() const { return graphs_.empty(); }

  // A block from before the first event.
  void inherit(std::uint64_t address, std::uint64_t size, StackId stack);

  // `stacks`: of the chunk's decoding worker, up to date with it. Chunks of one thread come in their order.
  void see(const DecodedChunk& chunk, const std::vector<StackId>& stacks);

  // By time.
  std::vector<CapturedGraph> finish() &&;

 private:
  // One graph's nodes by address: open addressing, half full at most.
  struct Watched {
    std::uint64_t time_limit = 0;  // in quanta: later events are of another heap
    std::vector<std::uint32_t, HugePageAllocator<std::uint32_t>> slots;  // index of a node plus 1; 0: free
    unsigned shift = 0;
    std::vector<std::uint64_t> known;  // a bit for each hash that some node has: most events are of no node
    unsigned known_shift = 0;
    CapturedGraph graph;

    std::uint32_t* slot_of(std::uint64_t address);
    void prefetch(std::uint64_t address) const {
      __builtin_prefetch(&known[known_bit(address) / 64]);
      __builtin_prefetch(&slots[home(address)]);
    }
    static std::uint64_t hash_of(std::uint64_t address) { return address * 0x9e3779b97f4a7c15; }
    std::size_t home(std::uint64_t address) const {
      return static_cast<std::size_t>(hash_of(address) >> shift);
    }
    std::uint64_t known_bit(std::uint64_t address) const { return hash_of(address) >> known_shift; }
    bool may_know(std::uint64_t address) const {
      return (known[known_bit(address) / 64] >> known_bit(address) % 64 & 1) != 0;
    }
    void note_known(std::uint64_t address) {
      known[known_bit(address) / 64] |= std::uint64_t{1} << known_bit(address) % 64;
    }
  };
  struct Moment {
    std::uint64_t time;
    std::uint32_t tid;
    std::uint32_t order;  // the same for all graphs: it tells a block's identity
  };

  static void begin(Watched& watched, std::uint64_t address, std::uint64_t size, StackId stack,
                    Moment moment);
  static void end(Watched& watched, std::uint64_t address, Moment moment);
  void see_section(Watched& watched, const Section& section, const std::vector<StackId>& stacks);

  std::vector<Watched> graphs_;
  std::uint32_t order_ = 0;
};

}  // namespace leak::scan
