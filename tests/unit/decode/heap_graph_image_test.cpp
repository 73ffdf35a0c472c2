#include "decode/heap_graph_image.h"

#include <gtest/gtest.h>

#include "support/graph_bodies.h"

namespace leak::scan {
namespace {

using test::GraphSpec;
using test::TraceBuilder;

GraphSpec small_spec() {
  GraphSpec spec;
  spec.label = "after lunch";
  spec.types = {{"4Node", 0x401000}};
  spec.blocks = {{0x5000, 112, 0, 1}, {0x6000, 24, 7, 0}, {0x7000, 24, 0, 0}};
  spec.mappings = {{0x1000, 0x1000, 0, 0}};  // lower than the blocks, yet after them
  spec.edges = {{0, 1, 8, 0, {}, {}}, {3, 2, 0, 16, {}, trace::InteriorHint::kVtable}};
  spec.encoded_edges = {{1, 2, 3, 0, trace::PointerForm::kUnaligned, {}}};
  spec.roots = {{trace::RootKind::kData, {}, {}, 0, 0x601000, 0, 0}};
  trace::GraphContent content;
  content.node = 2;
  content.size = 4;
  content.bytes[3] = 0xaa;
  spec.contents = {content};
  return spec;
}

std::vector<HeapGraphImage> read(test::Bytes trace, Diagnostics& diagnostics) {
  const TraceReader reader = TraceReader::open(trace_in_memory(std::move(trace)), diagnostics);
  return read_heap_graphs(reader, diagnostics);
}

std::vector<HeapGraphImage> read(TraceBuilder& builder) {
  Diagnostics diagnostics;
  return read(builder.finished_trace(), diagnostics);
}

TEST(HeapGraphImage, HasWhatWasWritten) {
  TraceBuilder builder;
  add_graph(builder, small_spec());
  const std::vector<HeapGraphImage> images = read(builder);
  ASSERT_EQ(images.size(), 1U);
  const HeapGraphImage& image = images.front();
  EXPECT_EQ(image.label, "after lunch");
  EXPECT_EQ(image.header.trigger, trace::GraphTrigger::kAfterExit);
  ASSERT_EQ(image.nodes.size(), 4U);
  EXPECT_EQ(image.block_count, 3U);
  EXPECT_EQ(image.nodes[0].first_word, 0x401000U);
  EXPECT_EQ(image.nodes[1].first_word, 7U);
  EXPECT_EQ(image.types[0].name, "4Node");
  ASSERT_EQ(image.edges.size(), 3U);
  EXPECT_EQ(image.edges[1].from, 3U);
  EXPECT_EQ(image.edges[1].to_offset, 16U);
  EXPECT_EQ(image.edges[2].form, trace::PointerForm::kUnaligned);
  ASSERT_EQ(image.roots.size(), 1U);
  EXPECT_EQ(image.roots[0].where, 0x601000U);
  EXPECT_EQ(image.contents[0].bytes[3], 0xaa);
}

TEST(HeapGraphImage, KeepsBothViewsOfTheExitAndTheEndsOfTheOthers) {
  TraceBuilder builder;
  std::uint64_t id = 0;
  for (const trace::GraphTrigger trigger :
       {trace::GraphTrigger::kTimer, trace::GraphTrigger::kTimer, trace::GraphTrigger::kApi,
        trace::GraphTrigger::kExit, trace::GraphTrigger::kAfterExit}) {
    GraphSpec spec = small_spec();
    spec.id = ++id;
    spec.ticks = 1000 * id;
    spec.trigger = trigger;
    add_graph(builder, spec);
  }
  std::vector<std::uint64_t> kept;
  for (const HeapGraphImage& image : read(builder)) kept.push_back(image.id);
  EXPECT_EQ(kept, (std::vector<std::uint64_t>{1, 3, 4, 5}));
}

TEST(HeapGraphImage, LeavesOutAGraphThatLacksAPart) {
  const std::vector<test::Bytes> bodies = graph_bodies(small_spec());
  for (std::size_t lost = 0; lost != bodies.size(); ++lost) {
    TraceBuilder builder;
    for (std::size_t i = 0; i != bodies.size(); ++i) {
      if (i != lost) builder.graph_part(9000, bodies[i]);
    }
    Diagnostics diagnostics;
    EXPECT_TRUE(read(builder.finished_trace(), diagnostics).empty()) << lost;
    ASSERT_EQ(diagnostics.warnings.size(), 1U);
    EXPECT_NE(diagnostics.warnings[0].find("incomplete"), std::string::npos);
  }
}

TEST(HeapGraphImage, LeavesOutAGraphWhoseScanLostPointers) {
  TraceBuilder builder;
  GraphSpec spec = small_spec();
  spec.problems = trace::kProblemNoMemory;
  add_graph(builder, spec);
  EXPECT_TRUE(read(builder).empty());
}

TEST(HeapGraphImage, RefusesIndicesThatLeadNowhere) {
  const auto is_refused = [](auto spoil) {
    GraphSpec spec = small_spec();
    spoil(spec);
    TraceBuilder builder;
    add_graph(builder, spec);
    return read(builder).empty();
  };
  EXPECT_FALSE(is_refused([](GraphSpec&) {}));
  EXPECT_TRUE(is_refused([](GraphSpec& spec) { spec.edges[0].to = 4; }));
  EXPECT_TRUE(is_refused([](GraphSpec& spec) { spec.edges[1].from = 4; }));
  EXPECT_TRUE(is_refused([](GraphSpec& spec) { spec.roots[0].to = 4; }));
  EXPECT_TRUE(is_refused([](GraphSpec& spec) { spec.contents[0].node = 4; }));
  EXPECT_TRUE(is_refused([](GraphSpec& spec) { spec.blocks[1].type = 2; }));
  EXPECT_TRUE(is_refused([](GraphSpec& spec) { std::swap(spec.blocks[0], spec.blocks[1]); }));
}

// A body reaches the decoder only with a right checksum; whoever makes one can also put anything into it.
TEST(HeapGraphImage, SurvivesEveryFlippedByte) {
  std::vector<test::Bytes> bodies = graph_bodies(small_spec());
  for (test::Bytes& body : bodies) {
    for (std::uint8_t& byte : body) {
      const std::uint8_t sound = byte;
      for (const int flip : {0x01, 0x80, 0xff}) {
        byte = static_cast<std::uint8_t>(sound ^ flip);
        TraceBuilder builder;
        for (const test::Bytes& one : bodies) builder.graph_part(9000, one);
        for (const HeapGraphImage& image : read(builder)) {
          for (const auto& edge : image.edges) EXPECT_LT(edge.to, image.nodes.size());
        }
      }
      byte = sound;
    }
  }
}

TEST(HeapGraphImage, SurvivesEveryCut) {
  const std::vector<test::Bytes> bodies = graph_bodies(small_spec());
  for (std::size_t part = 0; part != bodies.size(); ++part) {
    for (std::size_t length = 0; length != bodies[part].size(); ++length) {
      TraceBuilder builder;
      for (std::size_t i = 0; i != bodies.size(); ++i) {
        test::Bytes body = bodies[i];
        if (i == part) body.resize(length);
        builder.graph_part(9000, body);
      }
      EXPECT_TRUE(read(builder).empty()) << part << " " << length;
    }
  }
}

}  // namespace
}  // namespace leak::scan
