#include "report/lost_findings.h"

#include <gtest/gtest.h>

#include "report/findings.h"

namespace leak::scan {
namespace {

ReportProcess process_with(const ReportClasses& lost) {
  ReportProcess process;
  process.end_kind = "exited";
  ReportGraphView view;
  view.when = "after_destructors";
  view.stop = "single_thread";
  process.truth = ReportTruth{{view}};
  ReportSite site;
  site.stack = {FrameId(0)};
  site.blamed = FrameId(0);
  site.live_blocks = 10;
  site.live_bytes = 1000;
  site.lost = lost;
  process.sites = {site};
  process.totals.live_blocks = 10;
  process.totals.live_bytes = 1000;
  return process;
}

const std::vector<ReportFrame>& frames() {
  static const std::vector<ReportFrame> kFrames = {
      {"make_user()", "/src/user.cpp", 10, "/usr/bin/app", 1, false, false, {}}};
  return kFrames;
}

ReportCycle two_nodes(bool owned_by_lost) {
  ReportCycle cycle;
  cycle.instances = 3;
  cycle.bytes = 600;
  cycle.block_count = 2;
  cycle.proven = true;
  cycle.owned_by_lost = owned_by_lost;
  cycle.blocks = {{"Node", 100, 0, 1, 1}, {"Node", 100, 0, 1, 1}};
  return cycle;
}

// Nothing grows, or everything does.
void judge_lost(ReportProcess& process, bool grows = false) {
  judge(process, frames(), std::nullopt, [grows](std::span<const std::uint32_t>) {
    Growth growth;
    if (grows) growth.verdict = GrowthVerdict::kLeak;
    return SharedGrowth{growth};
  });
}

TEST(LostFindings, NameThePlaceOfWhatIsDefinitelyLost) {
  ReportProcess process = process_with({{2, 200}, {3, 300}, {}, {}, {5, 500}});
  process.sites[0].retained_lost = ReportCount{5, 500};
  judge_lost(process);
  ASSERT_EQ(process.findings.size(), 1U);
  const ReportFinding& finding = process.findings[0];
  EXPECT_EQ(finding.kind, "leak");
  EXPECT_EQ(
      finding.title,
      "200 B in 2 blocks allocated in make_user (user.cpp:10) are definitely lost, with 300 B in 3 blocks "
      "that only they hold");
  EXPECT_EQ(finding.bytes, 500U);
  EXPECT_EQ(finding.site, 0U);
  EXPECT_EQ(process.severity, Severity::kWarning);
}

TEST(LostFindings, AreSilentWhenAllIsReachable) {
  ReportProcess process = process_with({{}, {}, {}, {}, {10, 1000}});
  process.truth->views[0].blocks.still_reachable = {10, 1000};
  process.retained = {{"g_users in user.cpp (app)", "global", 10, 1000}};
  judge_lost(process);
  EXPECT_TRUE(process.findings.empty());
  EXPECT_EQ(process.severity, Severity::kGood);
  EXPECT_EQ(
      process.verdict,
      "Nothing is lost: 1000 B in 10 blocks are still reachable (1000 B through g_users in user.cpp (app)).");
}

TEST(LostFindings, SayWhatIsTheRuntimesOwn) {
  ReportProcess process = process_with({{}, {}, {}, {}, {10, 1000}});
  process.truth->views[0].blocks.still_reachable = {10, 1000};
  process.truth->views[0].runtime = {1, 72'704};
  judge_lost(process);
  EXPECT_EQ(process.verdict,
            "Nothing is lost: 1000 B in 10 blocks are still reachable, 71.0 KiB in 1 block is the C and C++ "
            "runtime's "
            "own.");
}

TEST(LostFindings, TellWhatLeadsACycleOnlyAsACycle) {
  ReportProcess process = process_with({{3, 300}, {3, 300}, {}, {}, {}});
  process.cycles = {two_nodes(false)};
  judge_lost(process);
  ASSERT_EQ(process.findings.size(), 1U);
  EXPECT_EQ(process.findings[0].kind, "cycle");
  EXPECT_EQ(process.findings[0].title, "3 reference cycles of 2 Node keep 600 B alive");
  EXPECT_EQ(process.findings[0].blocks, 6U);
  EXPECT_EQ(process.findings[0].cycle, 0U);
}

TEST(LostFindings, BlameTheOwnerOfACycleThatIsItselfLost) {
  ReportProcess process = process_with({{1, 100}, {6, 600}, {}, {}, {}});
  process.cycles = {two_nodes(true)};
  judge_lost(process);
  ASSERT_EQ(process.findings.size(), 1U);
  EXPECT_EQ(process.findings[0].kind, "leak");
}

TEST(LostFindings, SayThatOnlyStaticDestructorsLostIt) {
  ReportProcess process = process_with({{2, 200}, {}, {}, {}, {}});
  process.sites[0].lost_at_exit = ReportClasses{{}, {}, {}, {}, {2, 200}};
  judge_lost(process);
  ASSERT_EQ(process.findings.size(), 1U);
  EXPECT_EQ(process.findings[0].evidence.back().first, "before static destructors");
}

TEST(LostFindings, CallGrowthOfReachableBlocksNoLeak) {
  ReportProcess process = process_with({{}, {}, {}, {}, {1000, 64'000}});
  process.duration_ns = 2'000'000'000;
  ReportSite& site = process.sites[0];
  site.live_blocks = 1000;
  site.live_bytes = 64'000;
  site.retained_by = {{"g_cache in cache.cpp (app)", "global", 1000, 64'000}};
  for (std::uint64_t i = 1; i <= 64; ++i) {
    process.bucket_end_ns.push_back(i * process.duration_ns / 64);
    site.live_bytes_over_time.push_back(1000 * i);
  }
  judge_lost(process, true);
  ASSERT_EQ(process.findings.size(), 1U);
  EXPECT_EQ(process.findings[0].kind, "growth");
  EXPECT_NE(process.verdict.find("too short to call it a leak, 1 place only grew"), std::string::npos)
      << process.verdict;
  EXPECT_NE(process.findings[0].title.find("held by g_cache in cache.cpp (app)"), std::string::npos);
  EXPECT_EQ(process.findings[0].severity, Severity::kGood);  // two seconds prove little
  EXPECT_EQ(process.severity, Severity::kGood);

  process.findings.clear();
  process.duration_ns = 20'000'000'000;
  for (std::uint64_t& time : process.bucket_end_ns) time *= 10;
  judge_lost(process, true);
  EXPECT_EQ(process.findings[0].severity, Severity::kWarning);

  // Without a graph the growth is all the evidence there is.
  process.findings.clear();
  process.truth.reset();
  judge_lost(process, true);
  EXPECT_EQ(process.findings[0].kind, "leak");
}

}  // namespace
}  // namespace leak::scan
