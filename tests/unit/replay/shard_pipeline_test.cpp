// However many threads replay, and whoever looks the blocks up: the same report, byte for byte.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <sstream>
#include <string>

#include "render/json_renderer.h"
#include "replay/shard_pipeline.h"
#include "report/build_report.h"
#include "support/fake_symbolizer.h"
#include "support/replay_helpers.h"
#include "support/small_trace.h"

namespace leak::scan {
namespace {

using test::Bytes;
using test::TraceBuilder;

std::string report_of(const HeapHistory& history) {
  test::FakeSymbolizer symbolizer;
  for (const ProgramCounter& pc : history.pcs) symbolizer.name(pc.address, std::to_string(pc.address));
  ReportBuilder builder(symbolizer, {std::nullopt, 100, {}});
  builder.add({history, {}, std::nullopt});
  std::ostringstream out;
  JsonRenderer().render(std::move(builder).finish(), out);
  return out.str();
}

struct Threads {
  unsigned threads;
  std::optional<unsigned> shards;
};

void expect_same_report(const Bytes& trace, ReplayOptions options = {}, const Bytes& journal = {}) {
  const auto replay = [&](Threads threads) {
    options.threads = threads.threads;
    options.shards = threads.shards;
    return report_of(replay_trace(trace_in_memory(trace, journal), options));
  };
  const std::string expected = replay({1, 0});
  for (const Threads threads :
       {Threads{1, 1}, Threads{1, 3}, Threads{2, {}}, Threads{2, 2}, Threads{5, {}}, Threads{5, 5}}) {
    EXPECT_EQ(replay(threads), expected) << threads.threads << " threads, " << threads.shards.value_or(99);
  }
}

struct RandomPlan {
  std::uint32_t seed = 1;
  std::uint32_t quantum_shift = 0;  // the coarser, the more events tie
  bool is_sampled = false;
  int events = 60'000;
};

// Threads that free each other's blocks, resize and map; some frees are of unknown blocks, some allocations
// at live addresses, some blocks huge.
Bytes random_trace(const RandomPlan& plan) {
  test::ProcessSpec spec;
  spec.time_quantum_shift = plan.quantum_shift;
  TraceBuilder builder(spec, {97, 3, 1, false});
  add_pcs(builder, 30);
  std::mt19937 engine(plan.seed);
  const auto random = [&](std::uint32_t count) { return static_cast<std::uint32_t>(engine() % count); };
  std::set<std::uint64_t> live;
  std::uint64_t ticks = 5000;
  for (int i = 0; i != plan.events; ++i) {
    ticks += 1 + random(4);
    if (plan.is_sampled && i % 20'000 == 10'000) builder.sampling(ticks, 300U << (i / 20'000));
    if (i % 15'000 == 7'000) builder.marker(ticks, std::to_string(i));
    const std::uint32_t tid = 1 + random(4);
    const std::uint64_t address = 16 * (1 + std::uint64_t{random(3000)});
    const test::Stack stack{1 + random(30), 1 + random(3), 1};
    const std::uint64_t size = random(5000) == 0 ? std::uint64_t{5} << 30 : random(600);
    const bool is_live = live.contains(address);
    const std::uint64_t target = 16 * (1 + std::uint64_t{random(3000)});
    if (random(500) == 0) {
      builder.map(tid, ticks, 0x10000 * (1 + std::uint64_t{random(50)}), 0x3000, stack);
    } else if (is_live && random(5) == 0 && !live.contains(target)) {
      builder.resize(tid, ticks - 1, ticks, address, target, size, stack);
      live.erase(address);
      live.insert(target);
    } else if (is_live != (random(300) == 0)) {
      builder.free(tid, ticks, address);
      live.erase(address);
    } else {
      builder.alloc(tid, ticks, address, size, stack);
      live.insert(address);
    }
  }
  builder.end(ticks, spec.start_mono_ns + ticks - spec.start_ticks);
  return builder.finished_trace();
}

TEST(ShardPipeline, TheReportOfARandomTraceDoesNotDependOnThreads) {
  expect_same_report(random_trace({1, 0, false, 60'000}));
}

TEST(ShardPipeline, NorWithTies) {
  for (const std::uint32_t shift : {2U, 5U, 10U}) expect_same_report(random_trace({2, shift, false, 30'000}));
}

TEST(ShardPipeline, NorOfASample) { expect_same_report(random_trace({3, 2, true, 60'000})); }

TEST(ShardPipeline, NorWithARange) {
  ReplayOptions options;
  options.from_ns = 30'000;
  options.to_ns = 90'000;
  options.automatic_snapshots = 40;
  expect_same_report(random_trace({4, 1, true, 60'000}), options);
}

TEST(ShardPipeline, NorOfAKilledProgram) {
  TraceBuilder builder;
  add_small_trace(builder);
  add_small_journal(builder);
  const Bytes trace = builder.killed_trace();
  expect_same_report(trace, {}, builder.journal());
}

TEST(ShardPipeline, LooksSeeExactlyTheStepsBefore) {
  LiveHeap heap(3);
  heap.ledger().add_site();
  ShardPipeline pipeline(heap);
  std::vector<std::uint64_t> seen;
  constexpr std::uint64_t kSteps = 50'000;
  for (std::uint64_t i = 1; i <= kSteps; ++i) {
    pipeline.alloc({i, i << 8, 2, 0}, 0);
    if (i % 9999 == 0) pipeline.look([&](HeapLedger& ledger) { seen.push_back(ledger.live().bytes); });
  }
  pipeline.drain();
  EXPECT_EQ(seen, (std::vector<std::uint64_t>{2 * 9999, 4 * 9999, 6 * 9999, 8 * 9999, 10 * 9999}));
  EXPECT_EQ(heap.block_count(), kSteps);
  EXPECT_EQ(heap.live_blocks().front().address, 1U);
}

TEST(ShardPipeline, SaysWhatAThreadFailedWith) {
  LiveHeap heap(2);
  heap.ledger().add_site();
  ShardPipeline pipeline(heap);
  pipeline.alloc({1, 0x10 << 8, 2, 0}, 0);
  pipeline.look([](HeapLedger&) { throw std::bad_alloc(); });
  for (std::uint64_t i = 2; i != 300'000; ++i) pipeline.alloc({i, i << 12, 2, 0}, 0);
  EXPECT_THROW(pipeline.drain(), std::bad_alloc);
}

}  // namespace
}  // namespace leak::scan
