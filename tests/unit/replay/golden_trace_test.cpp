// Traces of each format version, checked in: they must stay readable, with the same answers, for good.
// LEAK_WRITE_GOLDEN=1 writes the files anew (only for a new format version: the old ones stay as they are).
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <utility>

#include "base/command_error.h"
#include "support/graph_bodies.h"
#include "support/replay_helpers.h"
#include "support/small_trace.h"

namespace leak::scan {
namespace {

using test::Bytes;
using test::TraceBuilder;

const std::string kTraces = LEAK_GOLDEN_DIR "/traces/";
const std::string kNewest = kTraces + "v4/";

Bytes read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

void write_file(const std::string& path, const Bytes& bytes) {
  std::ofstream out(path, std::ios::binary);
  out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

TraceBuilder finished_recording() {
  TraceBuilder builder({}, {1000, 4, 1, true});  // with the address model; the killed one is without
  add_small_trace(builder);
  builder.counters(8900, 2, {1});
  builder.end(9000, 5'000'008'000, trace::EndKind::kExited, 3);
  return builder;
}

TraceBuilder killed_recording() {
  TraceBuilder builder;
  add_small_trace(builder);
  add_small_journal(builder);
  return builder;
}

// Everything at first; from 4000 on, one block in a thousand bytes or so. The last rate was chosen by a budget.
TraceBuilder sampled_recording() {
  TraceBuilder builder({}, {1000, 4, 1, true});
  builder.module(1, "/usr/bin/myapp");
  for (std::uint32_t id = 1; id != 3; ++id) builder.pc(id, 0x400000 + id * 16);
  builder.alloc(7, 2000, 0x5000, 100, {1});
  builder.alloc(7, 3000, 0x6000, 1000, {2, 1});
  builder.sampling(4000, 1000);
  builder.alloc(7, 4000, 0x7000, 1000, {2, 1});
  builder.free(7, 5000, 0x6000);
  builder.sampling(6000, 2000, 50, 123);
  builder.alloc(7, 6500, 0x8000, 64, {1});
  builder.end(9000, 5'000'008'000);
  return builder;
}

// Two threads that allocate and free at random, in one chunk: more blocks than its encoder's model
// remembered.
struct CrowdedRecording {
  TraceBuilder builder{{}, {20'000, 4, 1, true}};
  BlockTotals live;  // at the end
};
CrowdedRecording crowded_recording() {
  CrowdedRecording recording;
  std::mt19937 random(11);
  std::map<std::uint64_t, std::uint64_t> live;  // address -> size
  for (std::uint64_t ticks = 2000; ticks != 14'000; ++ticks) {
    const std::uint32_t tid = random() % 8 == 0 ? 8 : 7;
    const std::uint64_t address = 0x5000'0000 + random() % 8000 * 32;
    const std::uint64_t size = random() % 4 == 0 ? random() % 3000 : random() % 200;
    const auto found = live.find(address);
    if (found == live.end()) {
      recording.builder.alloc(tid, ticks, address, size, {1});
      live[address] = size;
    } else if (random() % 4 == 0) {
      recording.builder.resize(tid, ticks, ticks, address, address, size, {1});
      found->second = size;
    } else {
      recording.builder.free(tid, ticks, address);
      live.erase(found);
    }
  }
  for (const auto& [address, size] : live) recording.live.bytes += size;
  recording.live.blocks = live.size();
  recording.builder.end(20'000, 5'000'019'000);
  return recording;
}

std::string name_of_version(const testing::TestParamInfo<const char*>& version) {
  const std::string name = version.param;
  return name == "v1" ? "V1_0" : name == "v1.1" ? "V1_1" : name == "v3" ? "V3_0" : "V4_0";
}

class GoldenTrace : public testing::TestWithParam<const char*> {
 protected:
  static std::string file(const char* name) { return kTraces + GetParam() + "/" + name; }

  static void SetUpTestSuite() {
    if (std::getenv("LEAK_WRITE_GOLDEN") == nullptr) return;
    write_file(kNewest + "finished.zst", finished_recording().finished_trace());
    TraceBuilder killed = killed_recording();
    write_file(kNewest + "killed.zst", killed.killed_trace());
    write_file(kNewest + "killed.zst.journal", killed.journal());
  }
};

TEST_P(GoldenTrace, FinishedRecording) {
  const HeapHistory history = replay_trace(file("finished.zst"), {});
  EXPECT_EQ(history.totals.events, test::kSmallTraceEvents);
  EXPECT_EQ(history.totals.allocations, 5U);
  EXPECT_EQ(history.totals.deallocations, 3U);
  EXPECT_EQ(history.totals.allocated_bytes, 1460U);
  EXPECT_EQ(history.totals.live.blocks, 2U);
  EXPECT_EQ(history.totals.live.bytes, 310U);
  EXPECT_EQ(history.totals.peak.bytes, 1300U);
  EXPECT_EQ(history.totals.peak_time_ns, 4100U);
  EXPECT_EQ(history.totals.failed_allocations, 2U);
  EXPECT_EQ(history.mappings.live_bytes, 8192U);
  EXPECT_EQ(history.process.end_code, 3U);
  EXPECT_EQ(history.process.duration_ns, 8000U);
  EXPECT_EQ(history.diagnostics.dropped_events, 1U);
  EXPECT_EQ(history.diagnostics.torn_frames, 0U);
  EXPECT_FALSE(history.diagnostics.truncated);
  EXPECT_EQ(history.sites.size(), 3U);
  EXPECT_EQ(history.threads.at(0).name, "main");
  EXPECT_EQ(history.snapshots.at(3).label, "half way");
}

TEST_P(GoldenTrace, KilledRecordingWithJournal) {
  const HeapHistory history = replay_trace(file("killed.zst"), {});
  EXPECT_EQ(history.totals.events, test::kSmallTraceEvents + test::kSmallJournalEvents);
  EXPECT_EQ(history.totals.live.blocks, 3U);
  EXPECT_EQ(history.totals.live.bytes, 315U);
  EXPECT_TRUE(history.diagnostics.truncated);
  EXPECT_TRUE(history.diagnostics.recovered_from_journal);
  EXPECT_EQ(history.diagnostics.recovered_events, test::kSmallJournalEvents);
  EXPECT_EQ(history.diagnostics.torn_frames, 0U);
}

INSTANTIATE_TEST_SUITE_P(Versions, GoldenTrace, testing::Values("v1", "v1.1", "v3", "v4"), name_of_version);

class GoldenSample : public testing::TestWithParam<const char*> {};

TEST_P(GoldenSample, SampledRecording) {
  if (std::getenv("LEAK_WRITE_GOLDEN") != nullptr) {
    write_file(kNewest + "sampled.zst", sampled_recording().finished_trace());
  }
  const HeapHistory history = replay_trace(kTraces + GetParam() + "/sampled.zst", {});
  EXPECT_EQ(history.diagnostics.torn_frames, 0U);
  EXPECT_EQ(history.diagnostics.unknown_records, 0U);
  ASSERT_EQ(history.sampling.size(), 2U);
  EXPECT_EQ(history.sampling[0].from_ns, 3000U);
  EXPECT_EQ(history.sampling[0].sample_bytes, 1000U);
  EXPECT_EQ(history.sampling[0].budget_permille, 0U);
  EXPECT_EQ(history.sampling[1].sample_bytes, 2000U);
  EXPECT_EQ(history.sampling[1].budget_permille, 50U);
  EXPECT_EQ(history.sampling[1].measured_permille, 123U);
  EXPECT_EQ(history.totals.recorded_live_blocks, 3U);
  // 100 exactly; 1000 / (1 - 1/e) = 1582; 64 / (1 - exp(-0.032)) = 2032.
  EXPECT_NEAR(static_cast<double>(history.totals.live.bytes), 100 + 1582 + 2032, 3);
  EXPECT_GT(history.totals.live_bytes_error, 0U);
  EXPECT_EQ(history.totals.deallocations, 1U);
}

INSTANTIATE_TEST_SUITE_P(Versions, GoldenSample, testing::Values("v1.1", "v3", "v4"), name_of_version);

class GoldenCrowd : public testing::TestWithParam<const char*> {};

// Up to version 3.0 the encoder had 8192 places to remember blocks in, and a reader had to know it.
TEST_P(GoldenCrowd, CrowdedRecording) {
  CrowdedRecording recording = crowded_recording();
  if (std::getenv("LEAK_WRITE_GOLDEN") != nullptr) {
    write_file(kNewest + "crowded.zst", recording.builder.finished_trace());
  }
  const HeapHistory history = replay_trace(kTraces + GetParam() + "/crowded.zst", {});
  EXPECT_EQ(history.diagnostics.torn_frames, 0U);
  EXPECT_EQ(history.totals.events, 12'000U);
  EXPECT_EQ(history.totals.live.blocks, recording.live.blocks);
  EXPECT_EQ(history.totals.live.bytes, recording.live.bytes);
  EXPECT_EQ(history.diagnostics.unknown_frees, 0U);
  EXPECT_EQ(history.diagnostics.double_allocations, 0U);
}

INSTANTIATE_TEST_SUITE_P(Versions, GoldenCrowd, testing::Values("v3", "v4"), name_of_version);

// The bytes inside the frames are the format; the compressed bytes are zstd's own affair.
TEST(GoldenJournal, IsWrittenByteForByteAsEver) {
  EXPECT_EQ(killed_recording().journal(), read_file(kTraces + "v1.1/killed.zst.journal"));
}

// With a heap graph, of what the small trace leaves: a block that holds the mapping, and a lost one.
TraceBuilder graph_recording() {
  test::GraphSpec spec;
  spec.ticks = 6000;
  spec.types = {{"4Node", 0x401000}};
  spec.blocks = {{0x5000, 24, 7, 0}, {0x8000, 312, 0, 1}};
  spec.mappings = {{0x7f0000000000, 8192, 0, 0}};
  spec.edges = {{0, 2, 8, 4096, {}, {}}, {1, 0, 16, 8, {}, trace::InteriorHint::kVtable}};
  spec.encoded_edges = {{2, 1, 3, 0, trace::PointerForm::kUnaligned, {}}};
  spec.roots = {{trace::RootKind::kData, {}, {}, 0, 0x601000, 0, 0}};
  trace::GraphContent content;
  content.node = 1;
  content.size = 4;
  content.bytes[3] = 0xaa;
  spec.contents = {content};
  TraceBuilder builder({}, {.dictionary = false});
  add_small_trace(builder);
  add_graph(builder, spec);
  builder.end(9000, 5'000'008'000);
  return builder;
}

class GoldenGraph : public testing::Test {
 protected:
  static Bytes trace() {
    const std::string path = kTraces + "v2/graph.zst";
    if (std::getenv("LEAK_WRITE_GOLDEN") != nullptr) write_file(path, graph_recording().finished_trace());
    return read_file(path);
  }
  static std::optional<HeapHistory> replayed(Bytes bytes) {
    ReplayOptions options;
    options.threads = 1;
    try {
      return replay_trace(trace_in_memory(std::move(bytes)), options);
    } catch (const CommandError&) {
      return std::nullopt;
    }
  }
};

TEST_F(GoldenGraph, IsReadWhole) {
  const std::optional<HeapHistory> history = replayed(trace());
  ASSERT_TRUE(history);
  EXPECT_EQ(history->totals.live.bytes, 310U);
  ASSERT_EQ(history->graphs.size(), 1U);
  const HeapGraphImage& image = history->graphs[0].image;
  ASSERT_EQ(image.nodes.size(), 3U);
  EXPECT_EQ(image.block_count, 2U);
  EXPECT_EQ(image.nodes[0].first_word, 7U);
  EXPECT_EQ(image.types.at(0).name, "4Node");
  ASSERT_EQ(image.edges.size(), 3U);
  EXPECT_EQ(image.edges[0].to_offset, 4096U);
  EXPECT_EQ(image.edges[1].hint, trace::InteriorHint::kVtable);
  EXPECT_EQ(image.edges[2].form, trace::PointerForm::kUnaligned);
  EXPECT_EQ(image.roots.at(0).where, 0x601000U);
  EXPECT_EQ(image.contents.at(0).bytes[3], 0xaa);
  EXPECT_EQ(history->graphs[0].origins.at(0).size, 10U);
  EXPECT_EQ(history->graphs[0].origins.at(1).size, 300U);
}

TEST_F(GoldenGraph, IsWholeOrAbsentWhenCutAtAnyByte) {
  const Bytes whole = trace();
  for (std::size_t length = 0; length != whole.size(); ++length) {
    const auto end = whole.begin() + static_cast<std::ptrdiff_t>(length);
    const std::optional<HeapHistory> history = replayed(Bytes(whole.begin(), end));
    if (!history || history->graphs.empty()) continue;
    EXPECT_EQ(history->graphs[0].image.edges.size(), 3U) << length;
  }
}

TEST_F(GoldenGraph, IsWholeOrAbsentWhenAnyByteIsFlipped) {
  const Bytes whole = trace();
  for (std::size_t i = 0; i != whole.size(); ++i) {
    Bytes damaged = whole;
    damaged[i] ^= 0x10;
    const std::optional<HeapHistory> history = replayed(std::move(damaged));
    ASSERT_TRUE(history) << i;
    if (history->graphs.empty()) continue;
    EXPECT_EQ(history->graphs[0].image.edges.size(), 3U) << i;
  }
}

}  // namespace
}  // namespace leak::scan
