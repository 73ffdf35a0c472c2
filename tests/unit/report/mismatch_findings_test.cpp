#include "report/mismatch_findings.h"

#include <gtest/gtest.h>

#include "report/build_report.h"
#include "support/fake_symbolizer.h"
#include "support/small_history.h"

namespace leak::scan {
namespace {

// The findings about a site whose leaf frame has this name and whose blocks went back the wrong way.
std::vector<ReportFinding> findings_of(const std::string& leaf, FamilySet made_by, trace::Op freed_by,
                                       bool deletes_are_seen = true) {
  test::SmallHistory made;
  test::FakeSymbolizer symbolizer;
  symbolizer.name(0x10, leaf, "/src/names.cpp", 7);
  made.site(made.stack({0x10}), 0, 0);
  made.history.mismatches = {{0, made_by, freed_by, 12}};
  made.history.deallocations_by_op.resize(64);
  if (deletes_are_seen) made.history.deallocations_by_op[static_cast<std::size_t>(trace::Op::kDelete)] = 5;
  ReportBuilder builder(symbolizer, {});
  builder.add({made.history, {}, std::nullopt});
  return std::move(builder).finish().processes.at(0).findings;
}

TEST(MismatchFindings, SayWhoMadeAndWhoFreed) {
  const std::vector<ReportFinding> findings =
      findings_of("copy_name(int)", kMallocFamily, trace::Op::kDelete);
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].kind, "mismatch");
  EXPECT_EQ(findings[0].title,
            "12 blocks that malloc made in copy_name (names.cpp:7) were freed by operator delete");
  EXPECT_NE(findings[0].severity, Severity::kGood);
}

TEST(MismatchFindings, AnOperatorNewWithinTheProgramCallsMallocRightly) {
  EXPECT_TRUE(findings_of("operator new(unsigned long)", kMallocFamily, trace::Op::kDelete).empty());
}

TEST(MismatchFindings, WhoseSymbolsAreGoneMayBeAnOperatorNew) {
  EXPECT_TRUE(findings_of("shop+0x10", kMallocFamily, trace::Op::kDelete).empty());
  EXPECT_EQ(findings_of("shop+0x10", kNewArrayFamily, trace::Op::kDelete).size(), 1U);
}

TEST(MismatchFindings, NothingIsSaidWhereEventsWereLost) {
  for (const bool dropped : {false, true}) {
    test::SmallHistory made;
    test::FakeSymbolizer symbolizer;
    made.site(made.stack({0x10}), 0, 0);
    made.history.mismatches = {{0, kNewArrayFamily, trace::Op::kDelete, 12}};
    made.history.deallocations_by_op.resize(64);
    made.history.deallocations_by_op[static_cast<std::size_t>(trace::Op::kDelete)] = 5;
    made.history.diagnostics.dropped_events = dropped ? 1 : 0;
    ReportBuilder builder(symbolizer, {});
    builder.add({made.history, {}, std::nullopt});
    EXPECT_EQ(std::move(builder).finish().processes.at(0).findings.size(), dropped ? 0U : 1U);
  }
}

TEST(MismatchFindings, AProgramWithDeletesOfItsOwnIsNotJudged) {
  EXPECT_TRUE(findings_of("copy_name(int)", kNewFamily, trace::Op::kFree, false).empty());
  EXPECT_EQ(findings_of("copy_name(int)", kNewFamily, trace::Op::kFree).size(), 1U);
}

}  // namespace
}  // namespace leak::scan
