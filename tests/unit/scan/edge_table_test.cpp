#include "scan/edge_table.h"

#include <gtest/gtest.h>

#include <vector>

namespace leak::hook {
namespace {

using trace::InteriorHint;

struct Edge {
  NodeId from;
  std::uint64_t from_offset;
  NodeId to;
  std::uint64_t to_offset;
};

constexpr std::uint64_t kFirstFar = std::uint64_t{8} << 14;   // what no longer fits beside the other place
constexpr std::uint64_t kFirstHuge = std::uint64_t{8} << 31;  // nor, as a source's, alone
const std::vector<std::uint64_t> kPlaces = {0,
                                            1,
                                            7,
                                            8,
                                            24,
                                            4096,
                                            kFirstFar - 8,
                                            kFirstFar - 4,
                                            kFirstFar,
                                            kFirstHuge - 8,
                                            kFirstHuge,
                                            ~std::uint64_t{0} - 7};

std::vector<Edge> all_places() {
  std::vector<Edge> edges;
  NodeId to = 0;
  for (const std::uint64_t from_offset : kPlaces) {
    for (const std::uint64_t to_offset : kPlaces)
      edges.push_back({static_cast<NodeId>(edges.size() / 5), from_offset, to++, to_offset});
  }
  return edges;
}

void add(EdgeTable& table, const std::vector<Edge>& edges) {
  FoundEdges found;
  found.begin(1);
  ASSERT_TRUE(found.reserve_more(edges.size()));
  for (const Edge& edge : edges) found.add(edge.from, edge.from_offset, edge.to, edge.to_offset);
  ASSERT_TRUE(table.add(found, [](NodeId, NodeId, std::uint64_t) { return true; }));
}

TEST(EdgeTable, KeepsEveryPlaceAndHint) {
  const std::vector<Edge> edges = all_places();
  EdgeTable table;
  ASSERT_TRUE(table.begin(edges.size()));
  // In two pieces: places beside the edges are numbered anew.
  add(table, {edges.begin(), edges.begin() + 50});
  add(table, {edges.begin() + 50, edges.end()});
  table.finish();
  ASSERT_EQ(table.edges.size(), edges.size());
  for (std::size_t i = 0; i != edges.size(); ++i) {
    StoredEdge& stored = table.edges[i];
    for (const InteriorHint hint : {InteriorHint::kCowString, InteriorHint::kVtable, InteriorHint::kNone}) {
      if (edges[i].to_offset != 0) {
        table.set_hint(stored, hint);
        EXPECT_EQ(table.hint(stored), hint);
      }
      EXPECT_EQ(stored.to(), edges[i].to);
      EXPECT_EQ(table.from_offset(stored), edges[i].from_offset);
      EXPECT_EQ(table.to_offset(stored), edges[i].to_offset);
    }
    EXPECT_EQ(table.hint(stored), InteriorHint::kNone);
    const NodeId from = edges[i].from;
    EXPECT_TRUE(table.first[from] <= i && i < table.first[from + 1]);
  }
}

TEST(EdgeTable, LeavesOutWhatIsNotKept) {
  EdgeTable table;
  ASSERT_TRUE(table.begin(4));
  FoundEdges found;
  found.begin(8);
  ASSERT_TRUE(found.reserve_more(4));
  found.add(0, 8, 1, 0);
  found.add(1, 0, 2, 0);
  found.add(1, 8, 3, 8);
  found.add(3, kFirstHuge, 1, kFirstFar);
  ASSERT_TRUE(table.add(found, [](NodeId, NodeId to, std::uint64_t to_offset) {
    EXPECT_EQ(to_offset, to == 3 ? 8 : to == 1 ? to_offset : 0);
    return to != 1;
  }));
  table.finish();
  ASSERT_EQ(table.edges.size(), 2u);
  EXPECT_EQ(table.first[1], 0u);
  EXPECT_EQ(table.first[2], 2u);
  EXPECT_EQ(table.first[4], 2u);
}

TEST(EdgeTable, KnowsWhetherAnyEdgePointsIntoTheMiddle) {
  EdgeTable table;
  ASSERT_TRUE(table.begin(2));
  add(table, {{0, kFirstHuge, 1, 0}, {0, 16, 1, 0}});
  EXPECT_FALSE(table.has_interior_edges());
  add(table, {{0, 24, 1, 8}});
  EXPECT_TRUE(table.has_interior_edges());
}

}  // namespace
}  // namespace leak::hook
