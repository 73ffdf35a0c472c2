#include "render/gate_text.h"

#include <gtest/gtest.h>

#include <sstream>

namespace leak::scan {
namespace {

TEST(GateText, WrapsWhyARuleCannotBeJudged) {
  GateReport report;
  report.processes.emplace_back();
  RuleOutcome outcome;
  outcome.kind = RuleOutcome::Kind::kUnknown;
  outcome.rule = "lost>0";
  outcome.explanation = "the program was killed before anybody could look";
  report.outcomes = {outcome};
  std::ostringstream out;
  render_gate_text(report, TextStyle({.width = 40}), out);
  const std::string text = std::move(out).str();
  EXPECT_NE(text.find("unknown  lost>0: the program was killed\n"
                      "         before anybody could look\n"),
            std::string::npos)
      << text;
}

}  // namespace
}  // namespace leak::scan
