#include "replay/block_origins.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace leak::scan {

namespace {

constexpr std::size_t kKnownBitsPerSlot = 16;

}  // namespace

BlockOrigins::BlockOrigins(std::vector<HeapGraphImage> images, std::uint32_t time_quantum_shift) {
  for (HeapGraphImage& image : images) {
    Watched& watched = graphs_.emplace_back();
    watched.time_limit = image.header.ticks >> time_quantum_shift;
    const std::size_t slots = std::bit_ceil(std::max<std::size_t>(image.nodes.size() * 2, 2));
    watched.slots.assign(slots, 0);
    watched.shift = 64 - static_cast<unsigned>(std::countr_zero(slots));
    const std::size_t known_bits = std::max<std::size_t>(slots * kKnownBitsPerSlot, 64);
    watched.known.assign(known_bits / 64, 0);
    watched.known_shift = 64 - static_cast<unsigned>(std::countr_zero(known_bits));
    watched.graph.image = std::move(image);
    watched.graph.origins.resize(watched.graph.image.nodes.size());
    const std::vector<trace::GraphNode>& nodes = watched.graph.image.nodes;
    for (std::uint32_t i = 0; i != nodes.size(); ++i) {
      if (std::uint32_t* slot = watched.slot_of(nodes[i].address); *slot == 0) *slot = i + 1;
      watched.note_known(nodes[i].address);
    }
  }
}

std::uint32_t* BlockOrigins::Watched::slot_of(std::uint64_t address) {
  std::size_t i = home(address);
  while (slots[i] != 0 && graph.image.nodes[slots[i] - 1].address != address)
    i = (i + 1) & (slots.size() - 1);
  return &slots[i];
}

void BlockOrigins::begin(Watched& watched, std::uint64_t address, std::uint64_t size, StackId stack,
                         Moment moment) {
  const std::uint32_t slot = *watched.slot_of(address);
  if (slot == 0) return;
  BlockOrigin& origin = watched.graph.origins[slot - 1];
  // Times are coarse: of two events at once the allocation is the later, since the address was free for it.
  if (origin.changed && moment.time < origin.time) return;
  origin = {size, moment.time, moment.order, stack, moment.tid, true, true};
}

void BlockOrigins::end(Watched& watched, std::uint64_t address, Moment moment) {
  const std::uint32_t slot = *watched.slot_of(address);
  if (slot == 0) return;
  BlockOrigin& origin = watched.graph.origins[slot - 1];
  if (origin.changed &&
      (moment.time < origin.time || (moment.time == origin.time && moment.tid != origin.tid)))
    return;
  origin = {0, moment.time, 0, {}, moment.tid, false, true};
}

void BlockOrigins::inherit(std::uint64_t address, std::uint64_t size, StackId stack) {
  ++order_;
  for (Watched& watched : graphs_) begin(watched, address, size, stack, {0, 0, order_});
}

void BlockOrigins::see(const DecodedChunk& chunk, const std::vector<StackId>& stacks) {
  for (const Section& section : chunk.sections) {
    for (Watched& watched : graphs_) see_section(watched, section, stacks);
    order_ += static_cast<std::uint32_t>(section.steps.size());
  }
}

void BlockOrigins::see_section(Watched& watched, const Section& section, const std::vector<StackId>& stacks) {
  const std::vector<Step>& steps = section.steps;
  for (std::size_t i = 0; i != steps.size(); ++i) {
    const Step& step = steps[i];
    if (step.time > watched.time_limit) return;
    watched.prefetch(address_ahead(&step, steps.data() + steps.size()));
    const Moment moment{step.time, section.tid, order_ + static_cast<std::uint32_t>(i)};
    if (step.kind() == StepKind::kMapping || step.size == kHugeSize) {
      const WideEvent& wide = section.wide[step.stack];
      const bool begins = step.kind() == StepKind::kAlloc || wide.event.op == trace::Op::kMmap;
      if (begins) begin(watched, wide.event.address, wide.event.size, stacks[wide.stack], moment);
    } else if (!watched.may_know(step.address())) {
      continue;
    } else if (step.kind() == StepKind::kAlloc) {
      begin(watched, step.address(), step.size, stacks[step.stack], moment);
    } else if (trace::kind_of(step.op()) != trace::OpKind::kResize) {
      // What the scan still saw at the old address of a resize was inside of it: the block is the same.
      end(watched, step.address(), moment);
    }
  }
}

std::vector<CapturedGraph> BlockOrigins::finish() && {
  std::vector<CapturedGraph> graphs;
  for (Watched& watched : graphs_) graphs.push_back(std::move(watched.graph));
  return graphs;
}

}  // namespace leak::scan
