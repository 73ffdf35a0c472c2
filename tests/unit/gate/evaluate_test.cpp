#include "gate/evaluate.h"

#include <gtest/gtest.h>

#include "support/gate_model.h"
#include "support/refusal.h"

namespace leak::scan {
namespace {

using test::GateModel;

GateInput rules(const std::vector<std::string>& texts) {
  GateInput input;
  for (const std::string& text : texts) input.rules.push_back(parse_rule(text));
  input.search.today = "2027-01-15";
  input.search.source_root = "/src/";
  return input;
}

GateInput with_suppressions(const std::string& text) {
  GateInput input = rules({"lost>0"});
  input.search.suppressions = parse_suppressions("f", text);
  return input;
}

std::string refusal(const ReportModel& model, const GateInput& input) {
  return test::refusal_of([&] { evaluate_gates(model, input); });
}

TEST(Gates, LostBlocksBreakTheRule) {
  const GateReport report =
      evaluate_gates(GateModel().lose("leak", 3).model(), rules({"lost>0", "lost_bytes>1K"}));
  EXPECT_TRUE(report.failed);
  ASSERT_EQ(report.outcomes.size(), 2U);
  EXPECT_EQ(report.outcomes[0].kind, RuleOutcome::Kind::kFailed);
  EXPECT_EQ(report.outcomes[0].value, "3");
  EXPECT_EQ(report.outcomes[1].kind, RuleOutcome::Kind::kPassed);
  EXPECT_EQ(report.outcomes[1].value, "30 B");
  ASSERT_EQ(report.leaks.size(), 1U);
  EXPECT_EQ(report.leaks[0].file, "app/app.cpp");
  EXPECT_EQ(report.leaks[0].line, 7U);
  EXPECT_EQ(report.verdict, "The process breaks a rule; 1 leak.");
}

TEST(Gates, NothingLostHolds) {
  GateModel model;
  EXPECT_FALSE(evaluate_gates(model.model(), rules({"lost>0", "cycles>0", "live>0"})).failed);
}

TEST(Gates, EachProcessIsJudgedByItself) {
  GateModel model;
  model.lose("leak", 3).add_process("clean", 101);
  const GateReport report = evaluate_gates(model.model(), rules({"lost>2"}));
  EXPECT_TRUE(report.processes[0].failed);
  EXPECT_FALSE(report.processes[1].failed);
  EXPECT_EQ(report.verdict, "1 of 2 processes breaks a rule; 1 leak.");
}

TEST(Gates, AFactThatWasNotRecordedIsRefused) {
  GateModel model;
  model.process().truth.reset();
  model.process().totals.live_blocks = 1;
  EXPECT_EQ(
      refusal(model.model(), rules({"lost>0"})),
      "rule 'lost>0' cannot be judged for app (pid 100): its heap was not scanned at the end (killed, or "
      "LEAKHOOK_SCAN=off); write 'lost>0 if known' to let that pass");
  EXPECT_EQ(refusal(model.model(), rules({"lost>0 if known"})), "");
  EXPECT_NE(refusal(model.model(), rules({"new_leaks>0"})), "");
}

TEST(Gates, WithoutBlocksNothingIsLost) {
  GateModel model;
  model.process().truth.reset();
  const std::vector<std::string> all = {"lost>0", "lost_bytes>0", "possibly_lost>0", "cycles>0"};
  EXPECT_FALSE(evaluate_gates(model.model(), rules(all)).failed);
  model.process().diagnostics.dropped_events = 1;
  EXPECT_NE(refusal(model.model(), rules(all)), "");
}

TEST(Gates, OfAChildItIsToldThatAFactIsUnknown) {
  GateModel model;
  model.add_process("child", 101);
  model.process().parent = 0;
  model.process().truth.reset();
  model.process().totals.live_blocks = 1;
  const GateReport report = evaluate_gates(model.model(), rules({"lost>0"}));
  EXPECT_FALSE(report.failed);
  EXPECT_EQ(report.outcomes[1].kind, RuleOutcome::Kind::kUnknown);
}

TEST(Gates, OfAnImageThatExecReplacedNothingIsTold) {
  GateModel model;
  model.add_process("shell", 101);
  model.process().parent = 0;
  model.process().truth.reset();
  model.process().totals.live_blocks = 1;
  model.process().end_kind = "exec";
  const GateReport report = evaluate_gates(model.model(), rules({"lost>0"}));
  ASSERT_EQ(report.outcomes.size(), 1U);
  EXPECT_EQ(report.outcomes[0].process, 0U);
}

TEST(Gates, SitesAreChosenByFunctions) {
  GateModel model;
  model.lose("parse_a", 3).lose("parse_b", 4).lose("other", 50);
  EXPECT_TRUE(evaluate_gates(model.model(), rules({"site(parse_):allocations>6"})).failed);
  EXPECT_FALSE(evaluate_gates(model.model(), rules({"site(parse_):allocations>7"})).failed);
  EXPECT_TRUE(evaluate_gates(model.model(), rules({"site(^main$):lost>56"})).failed);
}

TEST(Gates, DescriptorsAndThreadsCountWhenTheProgramLeftThem) {
  GateModel model;
  model.lose("open_log", 1).lose("start_worker", 1);
  ReportResources& resources = model.process().resources;
  EXPECT_NE(refusal(model.model(), rules({"fds>0"})), "");
  EXPECT_NE(refusal(model.model(), rules({"threads>0"})), "");
  resources.has_descriptors = resources.has_threads = true;
  EXPECT_FALSE(evaluate_gates(model.model(), rules({"fds>0", "threads>0"})).failed);

  const std::vector<ReportSite>& sites = model.process().sites;
  ReportDescriptorSite log{"open", 5, 3, {}, sites[0].stack, sites[0].blamed};
  ReportDescriptorSite library{"open", 1, 1, {}, sites[0].stack, std::nullopt};
  resources.fd_sites = {log, library};
  ReportUnjoinedThread thread;
  thread.stack = sites[1].stack;
  thread.blamed = sites[1].blamed;
  resources.unjoined_threads = {thread, thread};
  const GateReport report = evaluate_gates(model.model(), rules({"fds>0", "threads>0"}));
  EXPECT_EQ(report.outcomes[0].value, "3");
  EXPECT_EQ(report.outcomes[1].value, "2");
  EXPECT_FALSE(evaluate_gates(model.model(), rules({"fds>3", "threads>2"})).failed);
  EXPECT_TRUE(evaluate_gates(model.model(), rules({"site(open_):fds>2"})).failed);
  EXPECT_FALSE(evaluate_gates(model.model(), rules({"site(start_):fds>0"})).failed);
  EXPECT_TRUE(evaluate_gates(model.model(), rules({"site(start_):threads>1"})).failed);
}

TEST(Gates, GrowthIsOfSitesWithThatVerdict) {
  GateModel model;
  model.lose("cache", 100).lose("queue", 50).lose("other", 50);
  EXPECT_FALSE(evaluate_gates(model.model(), rules({"growth>0/s"})).failed);
  std::vector<ReportSite>& sites = model.process().sites;
  sites[0].growth = {2048, 0, 0, 1, "leak"};
  sites[1].growth = {1024, 0, 0, 1, "leak"};
  sites[2].growth = {9999, 0, 0, 1, "warm_up"};
  EXPECT_TRUE(evaluate_gates(model.model(), rules({"growth>2.5K/s"})).failed);
  EXPECT_FALSE(evaluate_gates(model.model(), rules({"growth>3K/s"})).failed);
  EXPECT_TRUE(evaluate_gates(model.model(), rules({"site(queue):growth>0.5K/s"})).failed);
  EXPECT_FALSE(evaluate_gates(model.model(), rules({"site(queue):growth>1K/s"})).failed);
  GateInput suppressed = rules({"growth>1K/s"});
  suppressed.search.suppressions = parse_suppressions("f", "leak:cache\n");
  EXPECT_FALSE(evaluate_gates(model.model(), suppressed).failed);
  model.process().duration_ns = 1'000'000;
  EXPECT_NE(refusal(model.model(), rules({"growth>0/s"})), "");
}

TEST(Gates, SuppressedLeaksDoNotCountButAreShown) {
  GateModel model;
  model.lose("known", 3).lose("leak", 4);
  const GateReport report = evaluate_gates(model.model(), with_suppressions("leak:known\nleak:nothing\n"));
  EXPECT_EQ(report.outcomes[0].value, "4");
  ASSERT_EQ(report.suppressions.size(), 2U);
  EXPECT_EQ(report.suppressions[0].blocks, 3U);
  EXPECT_EQ(report.suppressions[1].problem, "unused");
  EXPECT_EQ(report.leaks.back().state, LeakState::kSuppressed);
  EXPECT_FALSE(evaluate_gates(model.model(), with_suppressions("leak:main\n")).failed);
}

TEST(Gates, SuppressionsEndWithTheirDateAndTheirNumber) {
  GateModel model;
  model.lose("known", 3);
  EXPECT_FALSE(evaluate_gates(model.model(), with_suppressions("# max=3\nleak:known\n")).failed);
  EXPECT_FALSE(evaluate_gates(model.model(), with_suppressions("# expires=2027-01-15\nleak:known\n")).failed);
  const GateReport late =
      evaluate_gates(model.model(), with_suppressions("# expires=2027-01-14\nleak:known\n"));
  EXPECT_TRUE(late.failed);
  EXPECT_EQ(late.suppressions[0].problem, "expired on 2027-01-14");
  const GateReport many = evaluate_gates(model.model(), with_suppressions("# max=2\nleak:known\n"));
  EXPECT_TRUE(many.failed);
  EXPECT_EQ(many.suppressions[0].problem, "matches 3 blocks, more than max=2");
}

TEST(Gates, BlocksHeldByTwoSuppressedOnesGoWithThem) {
  GateModel model;
  model.lose("known", 2);
  model.process().truth->views.back().blocks.indirectly_lost = {5, 50};
  EXPECT_TRUE(evaluate_gates(model.model(), rules({"lost>6"})).failed);
  EXPECT_FALSE(evaluate_gates(model.model(), with_suppressions("leak:known\n")).failed);
}

TEST(Gates, KnownLeaksPassAndNewOnesFail) {
  GateModel before;
  before.lose("known", 3).lose("fixed", 2);
  GateInput input = rules({"new_leaks>0"});
  input.baseline = baseline_of(find_leaks(before.model(), input.search).leaks);

  GateModel same;
  same.lose("known", 3, 70);
  const GateReport moved = evaluate_gates(same.model(), input);
  EXPECT_FALSE(moved.failed) << "its line moved";
  ASSERT_EQ(moved.fixed.size(), 1U);
  EXPECT_EQ(moved.fixed[0].place, "fixed@app < main@app");

  GateModel worse;
  worse.lose("known", 3).lose("fresh", 1);
  const GateReport report = evaluate_gates(worse.model(), input);
  EXPECT_TRUE(report.failed);
  EXPECT_EQ(report.leaks[0].function, "fresh");
  EXPECT_EQ(report.leaks[1].state, LeakState::kKnown);
}

TEST(Gates, KnownLeaksThatGrewAreTold) {
  GateModel before;
  before.lose("known", 3);
  GateInput input = rules({"grown_leaks>0"});
  input.baseline = baseline_of(find_leaks(before.model(), input.search).leaks);
  EXPECT_FALSE(evaluate_gates(GateModel().lose("known", 19).model(), input).failed);
  EXPECT_TRUE(evaluate_gates(GateModel().lose("known", 500).model(), input).failed);
}

TEST(Gates, CyclesCount) {
  GateModel model;
  model.lose("node", 2);
  ReportCycle cycle;
  cycle.instances = 2;
  ReportCycleBlock block;
  block.site = 0;
  cycle.blocks = {block};
  model.process().cycles = {cycle};
  ReportFinding finding;
  finding.kind = "cycle";
  finding.title = "2 reference cycles";
  finding.site = 0;
  finding.cycle = 0;
  model.process().findings = {finding};
  const GateReport report = evaluate_gates(model.model(), rules({"cycles>0"}));
  EXPECT_TRUE(report.failed);
  EXPECT_EQ(report.leaks[0].kind, "cycle");
  GateInput suppressed = rules({"cycles>0"});
  suppressed.search.suppressions = parse_suppressions("f", "leak:node\n");
  EXPECT_FALSE(evaluate_gates(model.model(), suppressed).failed);
}

TEST(Gates, WithoutScanTheFindingsAreTheLeaks) {
  GateModel model;
  model.lose("piles_up", 100);
  model.process().truth.reset();
  ReportFinding finding;
  finding.kind = "leak";
  finding.title = "Memory piles up";
  finding.site = 0;
  finding.blocks = 100;
  model.process().findings = {finding};
  GateInput input = rules({"new_leaks>0"});
  input.baseline = Baseline{};
  EXPECT_TRUE(evaluate_gates(model.model(), input).failed);
}

}  // namespace
}  // namespace leak::scan
