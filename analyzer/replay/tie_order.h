// The order of events whose quantised times are equal: one that lets every address be allocated and freed in
// turn.
//
// Most ties are harmless: no two threads touch the same address, and any order will do. Otherwise a search
// finds an order: take what cannot matter at once, try frees before allocations, and go back when nothing is
// left to try.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "decode/event_batch.h"
#include "replay/live_heap.h"

namespace leak::scan {

struct TiedSteps {
  const Step* begin = nullptr;
  const Step* end = nullptr;
};

class TieOrder {
 public:
  TieOrder() : slots_(64) {}

  // Whether the order of the threads matters: two of them touch one address, or one maps memory, because
  // mappings meet by ranges.
  bool do_meet(const std::vector<TiedSteps>& threads);

  // True: order() says which thread takes its next step, once for each step. False: no order is free of
  // conflicts, or none was found in the time allowed. Requires: do_meet(threads) was just called.
  bool solve(const std::vector<TiedSteps>& threads, LiveHeap& heap);
  const std::vector<std::uint32_t>& order() const { return order_; }

 private:
  struct Slot {  // one address
    std::uint64_t address = 0;
    std::uint64_t round = 0;  // slots of earlier rounds are free
    std::uint32_t thread = 0;
    bool is_shared = false;
    bool is_live = false;
  };
  struct Choice {
    std::uint32_t candidate;  // frees of each thread, then allocations of each thread
    bool is_forced;           // the only choice, because it cannot matter
  };

  std::size_t slot_of(std::uint64_t address);
  bool search(const std::vector<TiedSteps>& threads);
  bool take_harmless(const std::vector<TiedSteps>& threads);
  bool take_candidate(const std::vector<TiedSteps>& threads, std::uint32_t first_candidate);
  bool go_back(std::uint32_t& next_candidate);
  void take(std::uint32_t thread, Choice choice);

  std::vector<Slot> slots_;  // open addressing; size is a power of two
  std::uint64_t round_ = 0;
  bool has_mappings_ = false;
  std::vector<std::size_t> slot_of_step_;  // all threads' steps, one after the other
  std::vector<std::size_t> first_step_;    // index: thread; into slot_of_step_
  std::vector<std::size_t> position_;      // index: thread; steps taken
  std::vector<std::uint32_t> order_;
  std::vector<Choice> choices_;  // parallel to order_
};

}  // namespace leak::scan
