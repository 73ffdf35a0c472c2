#include "gate/excuse.h"

#include <gtest/gtest.h>

#include "report/findings.h"
#include "support/gate_model.h"

namespace leak::scan {
namespace {

using test::GateModel;

LeakSearch suppressing(const std::string& text) {
  LeakSearch search;
  search.today = "2027-01-15";
  search.suppressions = parse_suppressions("f", text);
  return search;
}

std::string excuse_of(const ReportFinding& finding) {
  return finding.evidence.empty() ? "" : finding.evidence.back().second;
}

// A model with one alarm for each site.
GateModel with_findings() {
  GateModel model;
  model.lose("known", 3).lose("leak", 4);
  for (std::uint32_t site = 0; site != 2; ++site) {
    ReportFinding finding;
    finding.kind = "leak";
    finding.title = "blocks are lost";
    finding.site = site;
    finding.blocks = 3 + site;
    finding.bytes = finding.blocks * 10;
    model.process().findings.push_back(finding);
  }
  settle_findings(model.process(), model.model().frames);
  model.model().severity = model.process().severity;
  return model;
}

TEST(Excuse, WhatIsSuppressedBecomesANote) {
  GateModel model = with_findings();
  ASSERT_EQ(model.process().findings[1].site, 0U);
  const auto uses = excuse_suppressed(model.model(), suppressing("leak:known\nleak:nothing\n"));
  const ReportProcess& process = model.process();
  ASSERT_EQ(process.findings.size(), 2U);
  EXPECT_EQ(excuse_of(process.findings[0]), "");
  EXPECT_TRUE(is_alarm(process.findings[0]));
  EXPECT_EQ(excuse_of(process.findings[1]), "leak:known");
  EXPECT_FALSE(is_alarm(process.findings[1]));
  EXPECT_EQ(model.model().severity, Severity::kWarning);
  ASSERT_EQ(uses.size(), 2U);
  EXPECT_EQ(uses[0].problem, "");
  EXPECT_EQ(uses[1].problem, "unused");
}

TEST(Excuse, NothingButSuppressedLeaksIsGood) {
  GateModel model = with_findings();
  excuse_suppressed(model.model(), suppressing("leak:main\n"));
  EXPECT_EQ(model.model().severity, Severity::kGood);
  EXPECT_EQ(model.process().verdict, "Nothing to report but 2 suppressed leaks, which hold 70 B at exit.");
}

TEST(Excuse, WithMoreThanTheLimitTheAlarmStays) {
  GateModel model = with_findings();
  excuse_suppressed(model.model(), suppressing("# max=2\nleak:known\n"));
  EXPECT_TRUE(is_alarm(model.process().findings[0]));
  EXPECT_TRUE(is_alarm(model.process().findings[1]));
}

}  // namespace
}  // namespace leak::scan
