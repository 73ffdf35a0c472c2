#include "report/snapshots.h"

#include <gtest/gtest.h>

namespace leak::scan {
namespace {

Snapshot snapshot(const std::string& label, bool automatic, std::uint64_t bytes) {
  Snapshot made;
  made.label = label;
  made.automatic = automatic;
  made.heap = {1, bytes};
  made.sites = {{0, {1, bytes}}};
  return made;
}

TEST(Snapshots, LabelledOnesComeFirstWhenRoomIsShort) {
  HeapHistory history;
  for (int i = 0; i != 10; ++i) history.snapshots.push_back(snapshot("auto", true, 1));
  history.snapshots.insert(history.snapshots.begin() + 5, snapshot("loaded", false, 2));
  const std::vector<ReportSnapshot> kept = snapshots_of(history, {0}, 3);
  ASSERT_EQ(kept.size(), 3U);
  EXPECT_EQ(kept[1].label, "loaded");
}

TEST(Snapshots, HidesSitesThatAreNotShown) {
  HeapHistory history;
  history.snapshots = {snapshot("a", false, 1)};
  EXPECT_TRUE(snapshots_of(history, {kNotShown}, 3)[0].sites.empty());
}

TEST(Snapshots, ComparesTheFirstWithTheLast) {
  ReportSnapshot first;
  first.label = "start";
  first.heap_bytes = 100;
  first.sites = {{0, 1, 70}, {1, 1, 30}};
  ReportSnapshot last;
  last.label = "end";
  last.heap_bytes = 50;
  last.sites = {{1, 1, 30}, {2, 4, 20}};
  EXPECT_FALSE(compare_ends({first}));
  const std::optional<ReportComparison> comparison = compare_ends({first, last});
  ASSERT_TRUE(comparison);
  EXPECT_EQ(comparison->heap_bytes, -50);
  ASSERT_EQ(comparison->sites.size(), 2U);
  EXPECT_EQ(comparison->sites[0].site, 2U);
  EXPECT_EQ(comparison->sites[0].bytes, 20);
  EXPECT_EQ(comparison->sites[1].bytes, -70);
}

}  // namespace
}  // namespace leak::scan
