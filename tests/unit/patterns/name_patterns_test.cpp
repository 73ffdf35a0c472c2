#include "patterns/name_patterns.h"

#include <gtest/gtest.h>

#include "pattern_maker.h"

namespace leak::scan {
namespace {

using test::held_by_global;
using test::PatternMaker;

constexpr const char* kHashInsert =
    "std::_Hashtable<int, std::pair<int const, Page>, std::allocator<Page> >::_M_insert_unique_node(int)";
constexpr const char* kVectorPush = "std::vector<Page*, std::allocator<Page*> >::push_back(Page* const&)";

std::vector<std::pair<std::string, std::string>> lost() { return {{"nothing points to them", "at exit"}}; }

TEST(NamePatterns, GrowthInAKeyedContainerIsAnUnboundedCache) {
  PatternMaker made;
  made.site({kHashInsert}).retained_by = {held_by_global(1000)};
  made.finding("growth");
  EXPECT_EQ(made.named(), "unbounded-cache");
  EXPECT_DOUBLE_EQ(made.first().pattern->confidence, .9);
  EXPECT_FALSE(made.first().advice.empty());
  ASSERT_EQ(made.model().patterns.size(), 1U);
  EXPECT_EQ(made.model().patterns[0].kind, "unbounded-cache");
}

TEST(NamePatterns, ACacheThatRemovesSomethingIsLessSure) {
  PatternMaker made;
  made.site({kHashInsert}, 1000, 300).retained_by = {held_by_global(700)};
  made.finding("growth");
  EXPECT_EQ(made.named(), "unbounded-cache");
  EXPECT_DOUBLE_EQ(made.first().pattern->confidence, .75);
}

TEST(NamePatterns, ValuesThatHangFromAKeyedContainerBelongToTheCache) {
  PatternMaker made;
  ReportSite& site = made.site({"std::make_shared<Page>()"});
  site.path = ReportPath{
      "g_any",
      {{"std::__detail::_Hash_node<std::pair<int const, std::shared_ptr<Page>>, false>", 32, 0, {}},
       {"Page", 100, 16, {}}}};
  made.finding("growth");
  EXPECT_EQ(made.named(), "unbounded-cache");
}

TEST(NamePatterns, AListWithinAMapIsNoCache) {
  PatternMaker made;
  ReportSite& site = made.site({});
  site.retained_by = {held_by_global(1000)};
  site.path = ReportPath{"g_any",
                         {{"std::_Rb_tree_node<std::pair<int const, Service>>", 64, 0, {}},
                          {"Event*[]", 8000, 40, {}},
                          {"Event", 100, 0, {}}}};
  made.finding("growth");
  EXPECT_EQ(made.named(), "global-accumulation");
}

TEST(NamePatterns, ASequenceInAGlobalIsAnAccumulation) {
  PatternMaker made;
  made.site({kVectorPush}).retained_by = {held_by_global(1000)};
  made.finding("growth");
  EXPECT_EQ(made.named(), "global-accumulation");
}

TEST(NamePatterns, ASequenceOnAStackIsPlainGrowth) {
  PatternMaker made;
  made.site({kVectorPush}).retained_by = {{"stack of thread 1", "stack", 1000, 100'000}};
  made.finding("growth");
  EXPECT_EQ(made.named(), "steady-growth");
}

TEST(NamePatterns, BlocksLostWithAStaticObjectAreAnAccumulation) {
  PatternMaker made;
  made.site({});
  auto evidence = lost();
  evidence.emplace_back("before static destructors", "still reachable");
  made.finding("leak", evidence).advice = "its own";
  EXPECT_EQ(made.named(), "global-accumulation");
  EXPECT_EQ(made.first().advice, "its own");
}

TEST(NamePatterns, BlocksThatNothingPointsToAreLost) {
  PatternMaker made;
  made.site({kHashInsert});  // the container itself was lost
  made.finding("leak", lost());
  EXPECT_EQ(made.named(), "lost-memory");
}

TEST(NamePatterns, CallbacksInAContainerAreListeners) {
  PatternMaker made;
  made.site(
      {"std::vector<std::function<void ()>, std::allocator<std::function<void ()> > >::push_back(int)"});
  made.finding("growth");
  EXPECT_EQ(made.named(), "listeners-never-removed");
}

TEST(NamePatterns, WhatACallbackCapturedBelongsToTheListeners) {
  PatternMaker made;
  ReportSite& site = made.site({"std::make_shared<Widget>()"});
  site.path = ReportPath{"g_any",
                         {{"std::function<void ()>[]", 3200, 0, {}},
                          {"open(int)::{lambda()#1}", 24, 0, {}},
                          {"Widget", 200, 0, {}}}};
  made.finding("growth");
  EXPECT_EQ(made.named(), "listeners-never-removed");
}

// 990 of 1,000 blocks of a listener that the end of the program freed.
Severity severity_of_listeners_given_back(std::uint64_t duration_ns) {
  PatternMaker made;
  made.process().duration_ns = duration_ns;
  made.site({"std::vector<std::function<void ()>, std::allocator<int> >::push_back()"}, 1000, 1000);
  ReportFinding& finding = made.finding("growth", {{"given back at the end", "990 blocks"}});
  finding.severity = Severity::kGood;
  finding.blocks = 990;
  EXPECT_EQ(made.named(), "listeners-never-removed");
  EXPECT_EQ(made.first().pattern->evidence.at(1),
            "990 of 1,000 blocks that were ever made here were still there when the work was over; only then "
            "were they freed.");
  return made.first().severity;
}

TEST(NamePatterns, ListenersThatEndWithTheProgramAreAnAlarmAfterALongRun) {
  EXPECT_EQ(severity_of_listeners_given_back(9'000'000'000), Severity::kGood);
  EXPECT_EQ(severity_of_listeners_given_back(10'000'000'000), Severity::kWarning);
}

TEST(NamePatterns, FutureStatesThatPileUpAreTasks) {
  PatternMaker made;
  made.site({kVectorPush}).types = {{"std::__future_base::_Deferred_state<Job, int>", 1000, 64'000, 0, 0}};
  made.finding("growth");
  EXPECT_EQ(made.named(), "tasks-never-awaited");
}

TEST(NamePatterns, DeferredTasksThatNeverRanAreNoted) {
  PatternMaker made;
  made.site({}, 200).types = {{"std::__future_base::_Deferred_state<Job, int>", 200, 12'800, 0, 0}};
  made.name();
  ASSERT_EQ(made.process().findings.size(), 1U);
  EXPECT_EQ(made.first().kind, "task");
  EXPECT_EQ(made.first().severity, Severity::kGood);
  EXPECT_EQ(made.first().pattern->kind, "tasks-never-awaited");
}

TEST(NamePatterns, FewDeferredTasksOrThoseThatRanAreNotNoted) {
  PatternMaker made;
  made.site({}, 9).types = {{"std::__future_base::_Deferred_state<Job, int>", 9, 576, 0, 0}};
  made.site({}, 1000, 950).types = {{"std::__future_base::_Deferred_state<Job, int>", 50, 3200, 0, 0}};
  made.name();
  EXPECT_TRUE(made.process().findings.empty());
}

TEST(NamePatterns, AGrowingBufferIsOneWhateverItIsIn) {
  PatternMaker made;
  made.site({"realloc"}).retained_by = {held_by_global(1)};
  made.finding("growth", {{"buffer", "few blocks"}, {"survivors", "1 block"}});
  EXPECT_EQ(made.named(), "growing-buffer");
}

ReportCycle cycle_of(std::vector<std::string> types, bool proven = true) {
  ReportCycle cycle;
  cycle.instances = 10;
  cycle.proven = proven;
  cycle.block_count = types.size();
  for (std::string& type : types) cycle.blocks.push_back({std::move(type), 32, {}, {}, {}});
  return cycle;
}

TEST(NamePatterns, ACycleThroughAClosureCapturesItsOwner) {
  PatternMaker made;
  made.process().cycles = {cycle_of({"Session", "Session::start()::{lambda()#1}"})};
  made.finding("cycle").cycle = 0;
  EXPECT_EQ(made.named(), "closure-captures-owner");
}

TEST(NamePatterns, OtherCyclesAreCircularReferences) {
  PatternMaker made;
  made.process().cycles = {cycle_of({"Parent", "Child"})};
  made.finding("cycle").cycle = 0;
  made.process().findings.front().advice = "Make the pointer at offset 8 weak.";
  EXPECT_EQ(made.named(), "reference-cycle");
  EXPECT_EQ(made.first().advice, "Make the pointer at offset 8 weak.");
}

TEST(NamePatterns, ResourcesAreNamedByWhatTheyAre) {
  const std::pair<std::vector<std::pair<std::string, std::string>>, const char*> cases[] = {
      {{{"opened by", "accept"}, {"still open", "50"}}, "connections-never-closed"},
      {{{"opened by", "socketpair"}}, "connections-never-closed"},
      {{{"opened by", "fopen"}}, "file-handles-never-closed"},
      {{{"opened by", "epoll_create1"}}, "file-handles-never-closed"},
  };
  for (const auto& [evidence, kind] : cases) {
    PatternMaker made;
    made.finding("fd", evidence);
    EXPECT_EQ(made.named(), kind);
  }
}

TEST(NamePatterns, ThreadsAreNamedByTheirState) {
  PatternMaker pool;
  pool.finding("thread", {{"threads", "4"}, {"state", "alive"}});
  EXPECT_EQ(pool.named(), "thread-pool-never-joined");
  PatternMaker ended;
  ended.finding("thread", {{"threads", "10"}, {"state", "finished"}});
  EXPECT_EQ(ended.named(), "threads-not-joined");
}

TEST(NamePatterns, MappingsAreNamed) {
  PatternMaker made;
  made.finding("mapping", lost());
  EXPECT_EQ(made.named(), "mapping-leak");
}

TEST(NamePatterns, BlocksFreedTheWrongWayAreNamed) {
  PatternMaker made;
  made.finding("mismatch",
               {{"made by", "operator new[]"}, {"freed by", "operator delete"}, {"needs", "delete[]"}});
  EXPECT_EQ(made.named(), "mismatched-free");
}

TEST(NamePatterns, WhatTheAllocatorKeepsIsToldByWhyItDoes) {
  PatternMaker kept;
  kept.finding("fragmentation", {{"resident", "80 MiB"}, {"between live blocks", "3 KiB"}}).advice = "Trim.";
  EXPECT_EQ(kept.named(), "arena-not-trimmed");
  EXPECT_EQ(kept.first().advice, "Trim.");
  PatternMaker pinned;
  pinned.finding("fragmentation", {{"between live blocks", "30 MiB on pages less than half in use"}});
  EXPECT_EQ(pinned.named(), "pinned-pages");
}

TEST(NamePatterns, ASpikeIsNamed) {
  PatternMaker made;
  made.finding("spike", {{"from", "1 MiB"}, {"to", "90 MiB"}});
  EXPECT_EQ(made.named(), "memory-spike");
}

TEST(NamePatterns, AFindingOfAnUnknownKindKeepsItsAdvice) {
  PatternMaker made;
  made.finding("weather").advice = "Wait.";
  EXPECT_EQ(made.named(), "");
  EXPECT_EQ(made.first().advice, "Wait.");
  EXPECT_TRUE(made.model().patterns.empty());
}

}  // namespace
}  // namespace leak::scan
