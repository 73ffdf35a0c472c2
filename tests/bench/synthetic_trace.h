// A trace like that of a busy server, made in memory: threads that take stacks from a call tree, blocks of
// mixed lifetimes, a heap of a given number of live blocks.
#pragma once

#include <cstdint>

#include "decode/trace_source.h"

namespace leak::bench {

struct TracePlan {
  std::uint64_t events = 10'000'000;
  std::uint64_t live_blocks = 200'000;
  std::uint32_t program_threads = 1;
  std::uint32_t quantum_shift = 0;
  bool address_model = false;
};

leak::scan::TraceSource make_trace(const TracePlan& plan);

}  // namespace leak::bench
