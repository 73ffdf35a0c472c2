#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "trace_format/heap_graph_parts.h"

namespace leak::trace {
namespace {

using Bytes = std::vector<std::uint8_t>;

// Parts as a reader gets them.
struct Parts {
  std::vector<Bytes> bodies;
  bool accept = true;
  bool operator()(const std::uint8_t* body, std::size_t bytes, const GraphPart&) {
    bodies.emplace_back(body, body + bytes);
    return accept;
  }
};

struct PartCollector {
  Parts* parts;
  bool operator()(const std::uint8_t* body, std::size_t bytes, const GraphPart& part) const {
    return (*parts)(body, bytes, part);
  }
};

class HeapGraphFormat : public ::testing::Test {
 protected:
  GraphPartWriter<PartCollector> writer() { return {77, memory_.data(), PartCollector{&parts_}}; }

  std::vector<std::uint8_t> memory_ = std::vector<std::uint8_t>(kGraphPartBytes);
  Parts parts_;
};

template <class Item>
Bytes encoded(const std::vector<Item>& items) {
  Bytes bytes(items.size() * kGraphItemBytesBound);
  GraphCodecState state;
  std::uint8_t* at = bytes.data();
  for (const Item& item : items) at = put_item(at, state, item);
  bytes.resize(static_cast<std::size_t>(at - bytes.data()));
  return bytes;
}

// Decodes as many items as the bytes hold.
template <class Item>
std::vector<Item> decoded(const Bytes& bytes) {
  std::vector<Item> items;
  GraphCodecState state;
  const std::uint8_t* at = bytes.data();
  const std::uint8_t* const end = at + bytes.size();
  Item item;
  while (at != end && get_item(at, end, state, item)) {
    EXPECT_LE(at, end);
    items.push_back(item);
  }
  return items;
}

bool same(const GraphEdge& a, const GraphEdge& b) {
  return a.from == b.from && a.to == b.to && a.from_offset == b.from_offset && a.to_offset == b.to_offset &&
         a.form == b.form && a.hint == b.hint;
}
bool same(const GraphRoot& a, const GraphRoot& b) {
  return a.kind == b.kind && a.form == b.form && a.hint == b.hint && a.context == b.context &&
         a.where == b.where && a.to == b.to && a.to_offset == b.to_offset;
}
bool same(const GraphNode& a, const GraphNode& b) {
  return a.address == b.address && a.bytes == b.bytes && a.type == b.type &&
         (a.type != 0 || a.first_word == b.first_word);
}
bool same(const GraphThread& a, const GraphThread& b) {
  return a.tid == b.tid && a.stack_pointer == b.stack_pointer && a.stack_end == b.stack_end &&
         a.thread_pointer == b.thread_pointer;
}
bool same(const GraphText& a, const GraphText& b) {
  return std::string(a.bytes, a.size) == std::string(b.bytes, b.size);
}
bool same(const GraphModule& a, const GraphModule& b) {
  return a.begin == b.begin && a.end == b.end && same(a.path, b.path);
}
bool same(const GraphType& a, const GraphType& b) { return a.vtable == b.vtable && same(a.name, b.name); }
bool same(const GraphContent& a, const GraphContent& b) {
  return a.node == b.node && a.size == b.size && std::memcmp(a.bytes, b.bytes, a.size) == 0;
}

GraphText text(const char* bytes) { return {bytes, std::strlen(bytes)}; }

std::vector<GraphEdge> edges() {
  return {{0, 1, 0, 0, PointerForm::kPlain, InteriorHint::kNone},
          {0, 2, 16, 8, PointerForm::kPlain, InteriorHint::kVtable},
          {5, 0, 8, 0, PointerForm::kPlain, InteriorHint::kNone},
          {5, 5, 0, 24, PointerForm::kPlain, InteriorHint::kCowString},
          {3, 0xffffffff, 1, std::uint64_t{1} << 40, PointerForm::kUnaligned, InteriorHint::kNone},
          {0xffffffff, 0, std::uint64_t{1} << 44, 0, PointerForm::kMangled, InteriorHint::kNone}};
}
std::vector<GraphRoot> roots() {
  return {{RootKind::kData, PointerForm::kPlain, InteriorHint::kNone, 2, 0x7f0000001000, 4, 0},
          {RootKind::kData, PointerForm::kPlain, InteriorHint::kVtable, 2, 0x7f0000001008, 3, 16},
          {RootKind::kRegister, PointerForm::kHighTag, InteriorHint::kNone, 0, 12, 0xffffffff, 0}};
}
std::vector<GraphNode> nodes() {
  return {{0x5000, 24, 0, 0},
          {0x5020, 40, 0x1234, 0},
          {0x5050, 24, 0x5020, 0},
          {0x7f0000001000, 1 << 30, 0x7fff00000000, 0},
          {0x7f1000001000, 100, 0x4142434445464748, 0},
          {0x7f2000001000, 100, 0, 9}};
}

TEST_F(HeapGraphFormat, GoldenEdges) {
  EXPECT_EQ(encoded(edges()),
            (Bytes{0x00, 0x02,                                      // 0 + 0 -> 1
                   0x11, 0x04, 0x21,                                // 0 + 16 -> 2 + 8, vtable
                   0x0a, 0x0a, 0x09,                                // 5 + 8 -> 0
                   0x03, 0x00, 0x00, 0x62,                          // 5 + 0 -> 5 + 24, string
                   0x0f, 0x03, 0x02, 0xf8, 0xff, 0xff, 0xff, 0x1f,  // 3 + 1, unaligned -> last ...
                   0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01,        // ... + 1 << 40
                   0x86, 0x80, 0x80, 0x80, 0x80, 0x80, 0x20,        // 1 << 44, mangled
                   0xf8, 0xff, 0xff, 0xff, 0x1f, 0x05, 0xfd, 0xff, 0xff, 0xff, 0x1f}));
}

TEST_F(HeapGraphFormat, GoldenRoots) {
  EXPECT_EQ(encoded(roots()), (Bytes{0x01, 0x00, 0x02, 0x80, 0xc0, 0x80, 0x80, 0x80, 0xc0, 0x3f, 0x08,  //
                                     0x81, 0x00, 0x02, 0x10, 0x01, 0x41,                                //
                                     0x03, 0x01, 0x00, 0xf7, 0xbf, 0x80, 0x80, 0x80, 0xc0, 0x3f,        //
                                     0xf8, 0xff, 0xff, 0xff, 0x1f}));
}

TEST_F(HeapGraphFormat, GoldenNodes) {
  EXPECT_EQ(encoded(std::vector<GraphNode>{{0x5000, 24, 0, 0},
                                           {0x5020, 24, 0x1234, 0},
                                           {0x5040, 24, 0, 3},
                                           {0x7f0000001000, 8, 0x4142434445464748, 0},
                                           {0x7f0000001010, 8, 0x7f0000001000, 0}}),
            (Bytes{0x80, 0xc0, 0x02, 0x18, 0x00,                          //
                   0x10, 0x18, 0xd0, 0x91, 0x01,                          //
                   0x10, 0x18, 0x0d,                                      //
                   0xd0, 0xfe, 0xfd, 0xff, 0xff, 0xbf, 0x3f, 0x08, 0x03,  //
                   0x48, 0x47, 0x46, 0x45, 0x44, 0x43, 0x42, 0x41,        //
                   0x10, 0x08, 0x7e}));
}

TEST_F(HeapGraphFormat, GoldenSmallItems) {
  EXPECT_EQ(encoded(std::vector<GraphThread>{{300, 0x1000, 0x1100, 5}}),
            (Bytes{0xac, 0x02, 0x80, 0x20, 0x80, 0x02, 0x05}));
  EXPECT_EQ(encoded(std::vector<GraphModule>{{0x1000, 0x1010, text("/a")}}),
            (Bytes{0x80, 0x20, 0x10, 0x02, '/', 'a'}));
  EXPECT_EQ(encoded(std::vector<GraphType>{{0x1000, text("1A")}, {0x1010, text("1B")}}),
            (Bytes{0x80, 0x40, 0x02, '1', 'A', 0x20, 0x02, '1', 'B'}));
  EXPECT_EQ(encoded(std::vector<GraphContent>{{3, 2, {9, 8}}}), (Bytes{0x06, 0x02, 0x09, 0x08}));
}

template <class Item>
void expect_round_trip_and_bounded(const std::vector<Item>& items) {
  const Bytes bytes = encoded(items);
  const std::vector<Item> back = decoded<Item>(bytes);
  ASSERT_EQ(back.size(), items.size());
  for (std::size_t i = 0; i != items.size(); ++i) EXPECT_TRUE(same(back[i], items[i])) << i;
  // Cut at every byte, and flip every byte: fewer or other items, never a read beyond the end.
  for (std::size_t length = 0; length != bytes.size(); ++length) {
    const Bytes cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(length));
    EXPECT_LE(decoded<Item>(cut).size(), items.size());
  }
  for (std::size_t at = 0; at != bytes.size(); ++at) {
    for (const std::uint8_t mask : Bytes{0x01, 0x80, 0xff}) {
      Bytes flipped = bytes;
      flipped[at] ^= mask;
      (void)decoded<Item>(flipped);
    }
  }
}

TEST_F(HeapGraphFormat, RoundTripsEveryItem) {
  expect_round_trip_and_bounded(edges());
  expect_round_trip_and_bounded(roots());
  expect_round_trip_and_bounded(nodes());
  expect_round_trip_and_bounded(std::vector<GraphThread>{{1, 2, 3, 4}, {0xffffffff, 0, 0, 0}});
  expect_round_trip_and_bounded(std::vector<GraphModule>{{1, 2, text("/usr/bin/x")}, {3, 9, text("")}});
  expect_round_trip_and_bounded(std::vector<GraphType>{{0x5550, text("6Parent")}, {0x10, text("N1a1bE")}});
  expect_round_trip_and_bounded(std::vector<GraphContent>{{7, 32, {1, 2, 3}}, {2, 0, {}}});
}

TEST_F(HeapGraphFormat, SplitsLongSectionsIntoPartsThatDecodeAlone) {
  constexpr std::uint32_t kEdges = 600'000;
  auto graph = writer();
  GraphHeader header;
  header.ticks = 5;
  header.label_bytes = 3;
  graph.header(header, "now");
  graph.begin(GraphSection::kEdges);
  for (std::uint32_t i = 0; i != kEdges; ++i) graph.put(GraphEdge{i, i * 7 % kEdges, 8, 0, {}, {}});
  GraphTotals totals;
  totals.edges = kEdges;
  ASSERT_TRUE(graph.end(totals));
  ASSERT_GE(parts_.bodies.size(), 4U);

  std::uint32_t seen = 0;
  for (std::size_t number = 0; number != parts_.bodies.size(); ++number) {
    const Bytes& body = parts_.bodies[number];
    EXPECT_LE(body.size(), kGraphPartBytes);
    GraphPartReader reader;
    ASSERT_TRUE(reader.open(body.data(), body.size()));
    EXPECT_EQ(reader.part().graph_id, 77U);
    EXPECT_EQ(reader.part().part, number);
    if (reader.part().section == GraphSection::kHeader) {
      GraphHeader read;
      GraphText label;
      ASSERT_TRUE(reader.header(read, label));
      EXPECT_EQ(read.ticks, 5U);
      EXPECT_TRUE(same(label, text("now")));
    } else if (reader.part().section == GraphSection::kEdges) {
      EXPECT_EQ(reader.part().first_index, seen);
      GraphEdge edge;
      while (reader.next(edge)) {
        ASSERT_EQ(edge.from, seen);
        ASSERT_EQ(edge.to, seen * 7 % kEdges);
        ++seen;
      }
      EXPECT_EQ(reader.items_left(), 0U);
    } else {
      ASSERT_EQ(reader.part().section, GraphSection::kEnd);
      GraphTotals read;
      ASSERT_TRUE(reader.totals(read));
      EXPECT_EQ(read.edges, kEdges);
      EXPECT_EQ(read.parts, parts_.bodies.size());
    }
  }
  EXPECT_EQ(seen, kEdges);
}

TEST_F(HeapGraphFormat, StopsAtARefusingSink) {
  parts_.accept = false;
  auto graph = writer();
  graph.header(GraphHeader{}, "");
  graph.begin(GraphSection::kContents);
  graph.put(GraphContent{});
  EXPECT_FALSE(graph.end(GraphTotals{}));
  EXPECT_EQ(parts_.bodies.size(), 1U);
}

TEST_F(HeapGraphFormat, CutsLongTexts) {
  const std::string name(3 * kGraphMaxText, 'x');
  auto graph = writer();
  GraphHeader header;
  header.label_bytes = static_cast<std::uint32_t>(name.size());
  graph.header(header, name.c_str());
  graph.begin(GraphSection::kTypes);
  graph.put(GraphType{8, {name.c_str(), name.size()}});
  ASSERT_TRUE(graph.end(GraphTotals{}));
  GraphPartReader reader;
  ASSERT_TRUE(reader.open(parts_.bodies[0].data(), parts_.bodies[0].size()));
  GraphText label;
  ASSERT_TRUE(reader.header(header, label));
  EXPECT_EQ(label.size, kGraphMaxText);
  ASSERT_TRUE(reader.open(parts_.bodies[1].data(), parts_.bodies[1].size()));
  GraphType type;
  ASSERT_TRUE(reader.next(type));
  EXPECT_EQ(type.name.size, kGraphMaxText);
}

TEST_F(HeapGraphFormat, RefusesNewerMajorAndImpossibleCounts) {
  Bytes body(sizeof(GraphPart) + 4);
  GraphPart part{1, 0, GraphSection::kEdges, kGraphVersion, 4, 0, 0};
  const auto opens = [&](std::size_t bytes) {
    std::memcpy(body.data(), &part, sizeof(part));
    return GraphPartReader{}.open(body.data(), bytes);
  };
  EXPECT_TRUE(opens(body.size()));
  EXPECT_FALSE(opens(body.size() - 1));
  EXPECT_FALSE(opens(sizeof(GraphPart) - 1));
  part.version = (kGraphMajor + 1) << 8;
  EXPECT_FALSE(opens(body.size()));
}

}  // namespace
}  // namespace leak::trace
