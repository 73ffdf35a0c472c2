#include "decode/section_writer.h"

#include <algorithm>
#include <bit>

namespace leak::scan {

namespace {

constexpr std::uint64_t kAddressMask = ~std::uint64_t{0} >> 8;  // a step has room for 56 bits

constexpr std::uint64_t pack(std::uint64_t address, StepKind kind, trace::Op op) {
  return address << 8 | static_cast<std::uint64_t>(kind) << 6 | static_cast<std::uint64_t>(op);
}

}  // namespace

SectionWriter::SectionWriter(const Options& options, StackCursor& stack, StackThreads& threads,
                             DecodedChunk& chunk, Section& section)
    : options_(options), stack_(stack), threads_(threads), chunk_(chunk), section_(section) {
  stack_.clear();
  threads_.begin_section(section.tid);
}

bool SectionWriter::put(const trace::Event& event, const std::uint32_t* pc_ids) {
  if (event.has_stack) {
    if (event.keep > stack_.depth()) return false;
    stack_.follow(event.keep, event.push, pc_ids);
    threads_.make_room(stack_.stack_count());
  }
  // An event without a stack (from a signal handler inside a hook) belongs to nobody's place.
  put_event(event, event.has_stack ? stack_.id() : 0);
  return true;
}

void SectionWriter::put(const ColumnBatch& batch) {
  stack_.follow(batch, stack_ids_);
  threads_.make_room(stack_.stack_count());
  stacks_used_ = 0;
  const trace::Event* special = batch.specials().data();
  for (std::size_t i = put_plain(batch, 0); i != batch.count(); i = put_plain(batch, i + 1)) {
    const bool is_special = (batch.flags(i) & ColumnBatch::kSpecial) != 0;
    const trace::Event event = is_special ? *special++ : whole_event(batch, i);
    put_event(event, event.has_stack ? stack_ids_[stacks_used_++] : 0);
  }
}

trace::Event SectionWriter::whole_event(const ColumnBatch& batch, std::size_t i) const {
  trace::Event event;
  event.op = batch.op(i);
  event.has_stack = (batch.flags(i) & ColumnBatch::kHasStack) != 0;
  event.ticks = batch.time(i) << options_.time_quantum_shift;
  event.begin_ticks = event.ticks;
  event.address = batch.address(i);
  event.size = batch.size(i);
  return event;
}

// Puts the events from `begin` up to the first that is not plain, and returns that one's position. Without a
// branch on what kind each is: that changes too often to be predicted.
std::size_t SectionWriter::put_plain(const ColumnBatch& batch, std::size_t begin) {
  const std::size_t count = batch.count();
  if (!options_.sampling.list().empty()) return begin;
  std::vector<Step>& steps = section_.steps;
  const std::size_t first_step = steps.size();
  steps.resize(first_step + (count - begin));
  Step* out = steps.data() + first_step;
  std::uint64_t frees = 0;
  std::uint64_t bytes = 0;
  std::uint32_t new_threads = 0;
  std::size_t i = begin;
  for (; i != count; ++i) {
    const unsigned flags = batch.flags(i);
    const std::uint64_t address = batch.address(i);
    const std::uint64_t size = batch.size(i);
    const bool is_odd = (flags & ColumnBatch::kSpecial) != 0 || size >= kHugeSize || address << 8 == 0;
    if (is_odd) [[unlikely]]
      break;
    const bool is_free = (flags & ColumnBatch::kFree) != 0;
    const std::uint32_t has_stack = (flags & ColumnBatch::kHasStack) / ColumnBatch::kHasStack;
    const std::uint64_t masked = address & kAddressMask;
    const std::uint32_t is_temporary = open_allocation_ == masked ? kFreesPreviousStep : 0;
    open_allocation_ = is_free ? 0 : masked;
    // As through an event's ticks: a damaged time loses its top bits.
    out->time = next_time(batch.time(i) << options_.time_quantum_shift >> options_.time_quantum_shift);
    out->address_and_code = pack(address, is_free ? StepKind::kFree : StepKind::kAlloc, batch.op(i));
    out->size = is_free ? is_temporary : static_cast<std::uint32_t>(size);
    const std::uint32_t stack = has_stack != 0 && !is_free ? stack_ids_[stacks_used_] : 0;
    out->stack = stack;
    new_threads |= threads_.difference(stack);
    ++out;
    stacks_used_ += has_stack;
    // A free has size 0 here: below, its class is set right.
    const unsigned size_class = static_cast<unsigned>(std::bit_width(size));
    ++plain_by_op_[static_cast<std::size_t>(batch.op(i))];
    chunk_.parts_by_class[size_class] += kOneBlock;
    chunk_.bytes_by_class[size_class] += size;
    bytes += size;
    frees += is_free ? 1 : 0;
  }
  const std::size_t put = i - begin;
  steps.resize(first_step + put);
  for (std::size_t step = first_step; new_threads != 0 && step != steps.size(); ++step)
    threads_.note(steps[step].stack, chunk_.stack_threads);
  if (put != 0)
    section_.first_heap_step = std::min(section_.first_heap_step, static_cast<std::uint32_t>(first_step));
  chunk_.events += put;
  chunk_.parts_by_class[0] -= frees * kOneBlock;
  section_.allocated_parts += (put - frees) * kOneBlock;
  section_.allocated_bytes += bytes;
  return i;
}

void SectionWriter::put_event(const trace::Event& event, std::uint32_t stack) {
  ++chunk_.events;
  if (options_.whole_events) section_.events.push_back({event, stack});
  const std::uint64_t time = event.ticks >> options_.time_quantum_shift;
  const bool is_heap = trace::kind_of(event.op) < trace::OpKind::kMap;
  if (is_heap && event.address << 8 == 0) return;  // no block is at 0: nothing to replay
  switch (trace::kind_of(event.op)) {
    case trace::OpKind::kAlloc:
      put_alloc(time, event, stack);
      break;
    case trace::OpKind::kFree:
      put_free(time, event.op, event.address);
      break;
    case trace::OpKind::kResize:
      if (event.old_address << 8 != 0) {
        put_free(std::min(event.begin_ticks >> options_.time_quantum_shift, time), event.op,
                 event.old_address);
      }
      put_alloc(time, event, stack);
      break;
    case trace::OpKind::kResource:
      last_time_ = std::max(last_time_, time);
      section_.resources.push_back({event, stack});
      break;
    default:
      section_.steps.emplace_back(next_time(time), pack(event.address, StepKind::kMapping, event.op), 0U,
                                  put_wide(event, stack));
      break;
  }
}

void SectionWriter::put_alloc(std::uint64_t time, const trace::Event& event, std::uint32_t stack) {
  const unsigned size_class = static_cast<unsigned>(std::bit_width(event.size));
  time = next_time(time);
  threads_.note(stack, chunk_.stack_threads);
  const WeighedBlock weighed = weigh(event.size, options_.sampling.sample_bytes_at(time));
  chunk_.parts_by_op[static_cast<std::size_t>(event.op)] += weighed.parts;
  chunk_.parts_by_class[size_class] += weighed.parts;
  chunk_.bytes_by_class[size_class] += weighed.bytes;
  section_.allocated_parts += weighed.parts;
  section_.allocated_bytes += weighed.bytes;
  const bool is_huge = event.size >= kHugeSize;
  put_heap_step(time, pack(event.address, StepKind::kAlloc, event.op),
                is_huge ? kHugeSize : static_cast<std::uint32_t>(event.size),
                is_huge ? put_wide(event, stack) : stack);
  open_allocation_ = event.address & kAddressMask;
}

void SectionWriter::put_free(std::uint64_t time, trace::Op op, std::uint64_t address) {
  address &= kAddressMask;
  const bool is_temporary = open_allocation_ != 0 && open_allocation_ == address;
  put_heap_step(next_time(time), pack(address, StepKind::kFree, op), is_temporary ? kFreesPreviousStep : 0,
                0);
  open_allocation_ = 0;
}

void SectionWriter::put_heap_step(std::uint64_t time, std::uint64_t address_and_code, std::uint32_t size,
                                  std::uint32_t stack) {
  if (section_.first_heap_step == Section::kNoStep) {
    section_.first_heap_step = static_cast<std::uint32_t>(section_.steps.size());
  }
  section_.steps.emplace_back(time, address_and_code, size, stack);
}

std::uint32_t SectionWriter::put_wide(const trace::Event& event, std::uint32_t stack) {
  section_.wide.push_back({event, stack});
  return static_cast<std::uint32_t>(section_.wide.size() - 1);
}

// Within a thread the order of the records is the truth; a clock that went backwards must not change it.
std::uint64_t SectionWriter::next_time(std::uint64_t time) {
  last_time_ = std::max(last_time_, time);
  return last_time_;
}

void SectionWriter::finish() {
  for (std::size_t op = 0; op != kOpCount; ++op) {
    if (trace::kind_of(static_cast<trace::Op>(op)) == trace::OpKind::kAlloc) {
      chunk_.parts_by_op[op] += plain_by_op_[op] * kOneBlock;
    }
  }
  section_.open_allocation = open_allocation_;
  chunk_.last_time = std::max(chunk_.last_time, last_time_);
}

}  // namespace leak::scan
