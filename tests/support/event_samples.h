// Events of every operation with the values that are hard on a codec.
#pragma once

#include <cstdint>
#include <vector>

#include "trace_format/record.h"

namespace leak::test {

struct SampleEvent {
  trace::Event event;
  std::vector<std::uint32_t> pc_ids;
};

// Each operation several times: small, with a size of 4 GiB and more, with a deep stack, without a stack. In
// one section, in this order, each stack follows from the one before.
inline std::vector<SampleEvent> sample_events() {
  std::vector<SampleEvent> samples;
  std::uint64_t ticks = 1'000'000;
  std::uint32_t depth = 0;
  for (unsigned number = 0; number != 64; ++number) {
    const trace::Op op = static_cast<trace::Op>(number);
    if (trace::kind_of(op) == trace::OpKind::kInvalid) continue;
    for (const std::uint32_t push : {0U, 1U, 4U, number % 20 == 1 ? 70'000U : 5U}) {
      SampleEvent& sample = samples.emplace_back();
      trace::Event& event = sample.event;
      event.op = op;
      ticks += std::uint64_t{4096} * (1 + push % 7);
      event.ticks = ticks;
      event.begin_ticks = trace::has_begin_ticks(op) ? event.ticks - 4096 : event.ticks;
      event.address = 0x7f12'3456'7000U + 24 * number + push;
      if (trace::kind_of(op) != trace::OpKind::kFree) {
        event.size = push == 4 ? (std::uint64_t{1} << 32) + number : 0xffff'fffeU + push;
      }
      if (trace::has_old_address(op)) event.old_address = 0x5555'0000'1000U + push;
      if (trace::has_extra(op)) event.extra = push == 5 ? ~std::uint64_t{0} : 64;
      event.has_stack = push != 1;
      if (event.has_stack) {
        event.keep = depth - depth / 3;
        event.push = push;
        depth = event.keep + push;
        for (std::uint32_t i = 0; i != push; ++i) sample.pc_ids.push_back(number * 1000 + i);
      }
    }
  }
  return samples;
}

inline bool same(const trace::Event& a, const trace::Event& b) {
  return a.op == b.op && a.has_stack == b.has_stack && a.ticks == b.ticks && a.begin_ticks == b.begin_ticks &&
         a.address == b.address && a.size == b.size && a.old_address == b.old_address && a.extra == b.extra &&
         a.keep == b.keep && a.push == b.push;
}

}  // namespace leak::test
