// Decoded events in the form that replay walks through: small fixed-size steps, in time order within a
// thread.
//
// A resize is two steps, because its old block ends when the real call begins and its new one starts when the
// call is over; in between another thread may already get the old address.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "trace_format/layout.h"
#include "trace_format/record.h"

namespace leak::scan {

enum class StepKind : std::uint8_t { kAlloc, kFree, kMapping };

struct Step {
  std::uint64_t time;              // in quanta: ticks >> time_quantum_shift; never falls within a section
  std::uint64_t address_and_code;  // address << 8 | kind << 6 | op
  std::uint32_t size;              // kAlloc: bytes or kHugeSize; kFree: kFreesPreviousStep or 0
  std::uint32_t stack;  // kAlloc: stack id of the decoding worker; kHugeSize and kMapping: index into wide

  Step() {}  // nothing: who makes many at once fills them in

  // A constructor, so that emplace_back writes the fields in place: a copy of a struct just put together
  // stalls.
  Step(std::uint64_t t, std::uint64_t ac, std::uint32_t s, std::uint32_t st)
      : time(t), address_and_code(ac), size(s), stack(st) {}

  StepKind kind() const { return static_cast<StepKind>(address_and_code >> 6 & 3); }
  trace::Op op() const { return static_cast<trace::Op>(address_and_code & 63); }
  std::uint64_t address() const { return address_and_code >> 8; }
};
static_assert(sizeof(Step) == 24);

// The address to fetch while `step` is replayed: far enough ahead for a memory access to arrive, near enough
// to stay in the first cache.
inline std::uint64_t address_ahead(const Step* step, const Step* end) {
  constexpr std::size_t kSteps = 12;
  return step[std::min(kSteps, static_cast<std::size_t>(end - step) - 1)].address();
}

static_assert(static_cast<unsigned>(trace::Op::kSbrk) < 64);

inline constexpr std::uint32_t kHugeSize = 0xffffffff;
inline constexpr std::uint32_t kFreesPreviousStep = 1;  // the block that this thread's step before allocated
inline constexpr std::size_t kOpCount = 64;

// What does not fit into a Step: huge allocations and everything about mappings.
struct WideEvent {
  trace::Event event;
  std::uint32_t stack = 0;
};

// The events of one thread from one slot.
struct Section {
  std::uint64_t chunk_id = 0;
  std::uint32_t tid = 0;
  std::vector<Step> steps;
  std::vector<WideEvent> wide;
  std::vector<WideEvent> resources;  // no steps: they touch no memory, and have exact times
  std::vector<WideEvent>
      events;  // all of them as recorded; filled only on request (FeedOptions::whole_events)

  // To find a free at the start of the next section that ends the last allocation of this one.
  static constexpr std::uint32_t kNoStep = 0xffffffff;
  std::uint32_t first_heap_step = kNoStep;
  std::uint64_t open_allocation = 0;  // address, when the last heap step allocates

  std::uint64_t allocated_parts = 0;  // weighed, as all counts below: in 1/1024 blocks (sample_weights.h)
  std::uint64_t allocated_bytes = 0;
};

struct StackNode {
  std::uint32_t caller = 0;
  std::uint32_t pc_id = 0;  // as in the trace
};

// A thread that allocated at a stack.
struct StackThread {
  std::uint32_t stack = 0;  // of the worker
  std::uint32_t tid = 0;
};

// One events chunk, decoded. Stack ids are of the worker that decoded it: nodes it met for the first time
// come with the chunk, in the order of their ids, so whoever takes the chunks in order can follow.
struct DecodedChunk {
  std::uint32_t worker = 0;
  std::uint32_t first_new_node = 0;
  std::vector<StackNode> new_nodes;
  std::vector<Section> sections;
  std::vector<StackThread> stack_threads;  // not all: those that are new to the worker, or come back

  std::uint64_t events = 0;
  std::uint64_t last_time = 0;
  std::array<std::uint64_t, kOpCount> parts_by_op{};
  std::array<std::uint64_t, 65> parts_by_class{};  // index: bit_width(size)
  std::array<std::uint64_t, 65> bytes_by_class{};

  bool torn = false;           // something of it could not be read
  bool newer_version = false;  // written by a newer major version: nothing was read
  bool from_journal = false;
  std::uint64_t file_offset = 0;
};

}  // namespace leak::scan
