// Random programs, replayed from a trace and by a naive model: the same answers.
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "support/replay_helpers.h"

namespace leak::scan {
namespace {

using test::TraceBuilder;

// The model does in the true order, event by event, what replay must find out from the trace.
class Model {
 public:
  void alloc(std::uint32_t tid, std::uint64_t address, std::uint64_t size, std::uint32_t leaf) {
    live_[address] = {size, leaf};
    bytes_ += size;
    ++sites_[leaf].allocations;
    sites_[leaf].allocated_bytes += size;
    sites_[leaf].live.bytes += size;
    ++sites_[leaf].live.blocks;
    if (bytes_ > peak_) {
      peak_ = bytes_;
      for (auto& [pc, site] : sites_) site.peak = site.live;
    }
    last_[tid] = address;
  }

  void free(std::uint32_t tid, std::uint64_t address) {
    const auto block = live_.find(address);
    Site& site = sites_[block->second.second];
    bytes_ -= block->second.first;
    site.live.bytes -= block->second.first;
    --site.live.blocks;
    ++site.deallocations;
    if (last_[tid] == address) ++site.temporary_allocations;
    last_[tid] = 0;
    live_.erase(block);
  }

  const std::map<std::uint64_t, std::pair<std::uint64_t, std::uint32_t>>& live() const { return live_; }

  void expect_equal(const HeapHistory& history, bool exact_peak) const {
    EXPECT_EQ(history.diagnostics.unknown_frees, 0U);
    EXPECT_EQ(history.diagnostics.double_allocations, 0U);
    EXPECT_EQ(history.totals.live.blocks, live_.size());
    EXPECT_EQ(history.totals.live.bytes, bytes_);
    if (exact_peak) {
      EXPECT_EQ(history.totals.peak.bytes, peak_);
    }
    ASSERT_EQ(history.sites.size(), sites_.size());
    for (const auto& [leaf, expected] : sites_) {
      const Site& site = test::site_at(history, leaf);
      EXPECT_EQ(site.allocations, expected.allocations);
      EXPECT_EQ(site.allocated_bytes, expected.allocated_bytes);
      EXPECT_EQ(site.deallocations, expected.deallocations);
      EXPECT_EQ(site.temporary_allocations, expected.temporary_allocations);
      EXPECT_EQ(site.live.bytes, expected.live.bytes);
      EXPECT_EQ(site.live.blocks, expected.live.blocks);
      if (exact_peak) {
        EXPECT_EQ(site.peak.bytes, expected.peak.bytes);
      }
    }
  }

 private:
  std::map<std::uint64_t, std::pair<std::uint64_t, std::uint32_t>> live_;  // address -> size, leaf
  std::map<std::uint32_t, Site> sites_;
  std::map<std::uint32_t, std::uint64_t> last_;
  std::uint64_t bytes_ = 0;
  std::uint64_t peak_ = 0;
};

struct RandomPlan {
  std::uint32_t seed = 1;
  std::uint32_t threads = 3;
  std::uint32_t quantum_shift = 0;
  std::uint64_t ticks_per_event = 3;
  bool local_frees = false;    // each thread reuses only addresses of its own
  bool address_model = false;  // how the trace codes addresses
};

struct RandomProgram {
  Model model;
  TraceBuilder builder;
};

RandomProgram run_random(const RandomPlan& plan) {
  test::ProcessSpec spec;
  spec.time_quantum_shift = plan.quantum_shift;
  RandomProgram program{{}, TraceBuilder(spec, {37, 3, 1, plan.address_model})};
  TraceBuilder& builder = program.builder;
  Model& model = program.model;
  add_pcs(builder, 20);
  std::mt19937 engine(plan.seed);
  const auto random = [&] { return static_cast<std::uint32_t>(engine()); };
  std::uint64_t ticks = 5000;
  for (int i = 0; i != 20'000; ++i) {
    ticks += plan.ticks_per_event;
    const std::uint32_t tid = 1 + random() % plan.threads;
    const std::uint32_t pool = plan.local_frees ? tid : random() % 4;
    const std::uint64_t address = std::uint64_t{16} * (1 + random() % 40 + 1000 * pool);
    const std::uint32_t leaf = 1 + random() % 20;
    const bool is_live = model.live().contains(address);
    const test::Stack stack{leaf, 1 + leaf % 3, 1};  // the leaf alone names the site
    if (is_live && random() % 4 == 0) {
      const std::uint64_t target = std::uint64_t{16} * (1 + random() % 40 + 1000 * pool);
      if (target != address && model.live().contains(target)) continue;
      model.free(tid, address);
      model.alloc(tid, target, 1000 + leaf, leaf);
      builder.resize(tid, ticks - 1, ticks, address, target, 1000 + leaf, stack);
    } else if (is_live) {
      model.free(tid, address);
      builder.free(tid, ticks, address);
    } else {
      const std::uint64_t size = random() % 500;
      model.alloc(tid, address, size, leaf);
      builder.alloc(tid, ticks, address, size, stack);
    }
  }
  builder.end(ticks, spec.start_mono_ns + ticks - spec.start_ticks);
  return program;
}

TEST(RandomReplay, MatchesANaiveModel) {
  for (std::uint32_t seed = 1; seed != 9; ++seed) {
    RandomProgram program = run_random({seed, 1 + seed % 5, 0, 3, false, false});
    program.model.expect_equal(test::replay(program.builder), true);
  }
}

TEST(RandomReplay, MatchesWithTheAddressModel) {
  RandomProgram program = run_random({11, 3, 0, 3, false, true});
  program.model.expect_equal(test::replay(program.builder), true);
}

TEST(RandomReplay, MatchesFromAJournalToo) {
  RandomProgram program = run_random({});
  const test::Bytes trace = program.builder.killed_trace();
  const test::Bytes journal = program.builder.journal();
  program.model.expect_equal(test::replay(trace_in_memory(trace, journal)), true);
}

TEST(RandomReplay, MatchesWithShardsToo) {
  ReplayOptions options;
  options.shards = 3;
  RandomProgram program = run_random({5, 4, 0, 3, false, false});
  program.model.expect_equal(test::replay(program.builder, options), true);
}

TEST(RandomReplay, WithCoarseTimesThePeakAloneIsUncertain) {
  for (std::uint32_t seed = 1; seed != 9; ++seed) {
    RandomProgram program = run_random({seed, 4, 6, 5, true, false});
    program.model.expect_equal(test::replay(program.builder), false);
  }
}

TEST(RandomReplay, OneThreadIsExactWhateverTheQuantum) {
  RandomProgram program = run_random({3, 1, 12, 5, false, false});
  program.model.expect_equal(test::replay(program.builder), true);
}

}  // namespace
}  // namespace leak::scan
