#include "bench/synthetic_trace.h"

#include <algorithm>
#include <cstddef>
#include <random>
#include <utility>
#include <vector>

#include "support/trace_builder.h"

namespace leak::bench {
namespace {

using leak::test::Stack;
using leak::test::TraceBuilder;

// Call paths of a program: the outer frames change rarely, the inner ones often, and a few sites are hot.
class Caller {
 public:
  explicit Caller(std::uint32_t seed) : random_(seed) {
    Stack stack(18, 1);
    for (std::size_t n = 0; n != kSites; ++n) {
      const std::size_t changed = 1 + std::geometric_distribution<std::size_t>(0.35)(random_);
      for (std::size_t i = 0; i != std::min(changed, stack.size()); ++i) {
        stack[i] = 1 + static_cast<std::uint32_t>(i * 40 + random_() % 20);
      }
      paths_.push_back(stack);
    }
  }

  const Stack& next() {
    // Mostly near the last one in the call tree, now and then somewhere else.
    if (random_() % 8 == 0) place_ = random_() % kSites * (random_() % kSites) / kSites;
    return paths_[(place_ + random_() % 6) % kSites];
  }

  std::uint64_t pick(std::uint64_t count) { return random_() % count; }

 private:
  static constexpr std::size_t kSites = 5000;
  std::mt19937_64 random_;
  std::vector<Stack> paths_;
  std::size_t place_ = 0;
};

}  // namespace

leak::scan::TraceSource make_trace(const TracePlan& plan) {
  leak::test::ProcessSpec spec;
  spec.time_quantum_shift = plan.quantum_shift;
  TraceBuilder builder(spec, {2000, 16, 1, plan.address_model});
  builder.module(1, "/usr/bin/myapp");
  for (std::uint32_t id = 1; id != 900; ++id) builder.pc(id, 0x400000 + id * 16);
  Caller caller(7);
  std::vector<std::uint64_t> live;
  std::vector<std::vector<std::uint64_t>> unused_of_thread(plan.program_threads);  // as in a thread cache
  std::uint64_t fresh = 0x7f0000000000;
  std::uint64_t ticks = 2000;
  for (std::uint64_t i = 0; i != plan.events; ++i) {
    const std::uint64_t thread = caller.pick(plan.program_threads);
    const std::uint32_t tid = 100 + static_cast<std::uint32_t>(thread);
    std::vector<std::uint64_t>& unused = unused_of_thread[thread];
    ticks += 50 + caller.pick(100);
    const bool grows = live.size() < plan.live_blocks && caller.pick(3) != 0;
    if (live.empty() || grows || (i % 2 == 0 && live.size() <= plan.live_blocks)) {
      std::uint64_t address = fresh;
      if (!unused.empty() && caller.pick(8) != 0) {
        address = unused.back();
        unused.pop_back();
      } else {
        fresh += 16 * (2 + caller.pick(20));
      }
      builder.alloc(tid, ticks, address, 16 + caller.pick(300), caller.next());
      live.push_back(address);
    } else {
      // Most blocks die young.
      const std::uint64_t back = caller.pick(4) != 0 ? caller.pick(std::min<std::uint64_t>(64, live.size()))
                                                     : caller.pick(live.size());
      std::swap(live[live.size() - 1 - back], live.back());
      builder.free(tid, ticks, live.back());
      unused.push_back(live.back());
      live.pop_back();
    }
  }
  builder.end(ticks, spec.start_mono_ns + ticks - spec.start_ticks);
  return builder.finished();
}

}  // namespace leak::bench
