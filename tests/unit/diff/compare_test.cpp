#include "diff/compare.h"

#include <gtest/gtest.h>

#include "base/command_error.h"
#include "support/gate_model.h"

namespace leak::scan {
namespace {

using test::GateModel;

DiffModel difference(GateModel& before, GateModel& after, const DiffRequest& request = {}) {
  return compare(before.model(), after.model(), request);
}

TEST(Compare, TheSameIsSilent) {
  GateModel before;
  GateModel after;
  before.lose("leak", 5);
  after.lose("leak", 5, 70);
  const DiffModel diff = difference(before, after);
  EXPECT_EQ(diff.verdict, "No new leak.");
  EXPECT_TRUE(diff.sites.empty());
  EXPECT_EQ(diff.same_sites, 1U);
}

TEST(Compare, ANewLeakIsNamedWithItsAmount) {
  GateModel before;
  GateModel after;
  before.lose("old", 5);
  after.lose("old", 5).lose("fresh", 1);
  const DiffModel diff = difference(before, after);
  EXPECT_EQ(diff.verdict, "1 new leak; the largest in fresh (app.cpp:7).");
  ASSERT_EQ(diff.sites.size(), 1U);
  EXPECT_EQ(diff.sites[0].verdict, DiffVerdict::kNewLeak);
  EXPECT_EQ(diff.sites[0].change.lost_blocks, 1);
  EXPECT_EQ(diff.sites[0].change.lost_bytes, 10);
}

TEST(Compare, TheSameFewBlocksSeenByAPointerTheLastTimeAreNoNewLeak) {
  GateModel before;
  GateModel after;
  before.lose("site", 4);
  before.process().sites[0].lost = ReportClasses{{}, {}, {}, {}, {4, 40}};
  after.lose("site", 4);
  EXPECT_EQ(difference(before, after).verdict, "No new leak.");
  GateModel many_before;
  GateModel many_after;
  many_before.lose("site", 50);
  many_before.process().sites[0].lost = ReportClasses{{}, {}, {}, {}, {50, 500}};
  many_after.lose("site", 50);
  EXPECT_EQ(difference(many_before, many_after).sites.at(0).verdict, DiffVerdict::kNewLeak);
}

TEST(Compare, LeaksGrowAndAreFixed) {
  GateModel before;
  GateModel after;
  before.lose("grows", 10).lose("fixed", 10).lose("jitters", 10);
  after.lose("grows", 100).lose("jitters", 12);
  const DiffModel diff = difference(before, after);
  ASSERT_EQ(diff.sites.size(), 2U);
  EXPECT_EQ(diff.sites[0].verdict, DiffVerdict::kGrownLeak);
  EXPECT_EQ(diff.sites[1].verdict, DiffVerdict::kFixedLeak);
}

TEST(Compare, ARenamedProgramIsTheSame) {
  GateModel before;
  GateModel after;
  before.lose("leak", 5);
  after.lose("leak", 5);
  for (ReportFrame& frame : before.model().frames) frame.module = "/old/app_v1";
  before.process().exe = "/old/app_v1";
  EXPECT_EQ(difference(before, after).verdict, "No new leak.");
}

TEST(Compare, PerMarkerAndPerSecond) {
  GateModel before;
  GateModel after;
  before.lose("leak", 100);
  after.lose("leak", 200);
  before.process().snapshots.resize(10, {"request", false, 0, 0, 0, 0, 0, {}});
  after.process().snapshots.resize(20, {"request", false, 0, 0, 0, 0, 0, {}});
  const DiffModel per_request = difference(before, after, {DiffWork::kMarker, "request"});
  EXPECT_EQ(per_request.change.lost_blocks, 0);
  EXPECT_EQ(per_request.unit, "request");
  after.process().duration_ns = 2 * before.process().duration_ns;
  EXPECT_EQ(difference(before, after, {DiffWork::kSeconds, {}}).change.lost_bytes, 0);
  EXPECT_THROW(difference(before, after, {DiffWork::kMarker, "no"}), CommandError);
}

TEST(Compare, WithoutScansFindingsAreTheLeaks) {
  GateModel before;
  GateModel after;
  before.lose("piles_up", 100);
  after.lose("piles_up", 100);
  before.process().truth.reset();
  ReportFinding finding;
  finding.kind = "leak";
  finding.site = 0;
  after.process().findings = {finding};
  EXPECT_EQ(difference(before, after).sites.at(0).verdict, DiffVerdict::kNewLeak);
}

}  // namespace
}  // namespace leak::scan
