// Names of a traced program can be anything; what servers read must stay whole.
#include "render/ci_formats.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "gate/evaluate.h"
#include "render/gate_text.h"
#include "render/markdown.h"
#include "support/fixed_report.h"

namespace leak::scan {
namespace {

using nlohmann::json;

GateReport hostile_report() {
  GateInput input;
  input.rules = {parse_rule("lost>0 if known"), parse_rule("peak<1")};
  GateReport report = evaluate_gates(test::fixed_report(), input);
  GateLeak& leak = report.leaks.at(0);
  leak.function = "f<\"&'>`|*_[x](y)\xff\x01";
  leak.file = "dir with blank/a%b:c,d\n::error::x.cpp";
  leak.title = "]]></failure>\n::error::injected";
  leak.stack = {leak.function, "\xed\xa0\x80\xef\xbf\xbf"};
  return report;
}

std::string rendered(void (*render)(const GateReport&, std::ostream&)) {
  std::ostringstream out;
  render(hostile_report(), out);
  return std::move(out).str();
}

TEST(CiFormats, SarifIsJsonAndItsUriIsOne) {
  const json sarif = json::parse(rendered(render_sarif));
  const json& result = sarif["runs"][0]["results"][0];
  EXPECT_EQ(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
            "dir%20with%20blank/a%25b%3Ac%2Cd%0A%3A%3Aerror%3A%3Ax.cpp");
  EXPECT_EQ(result["ruleId"],
            sarif["runs"][0]["tool"]["driver"]["rules"][result["ruleIndex"].get<std::size_t>()]["id"]);
}

TEST(CiFormats, GitLabIsJson) { EXPECT_FALSE(json::parse(rendered(render_gitlab)).empty()); }

TEST(CiFormats, JUnitHasOnlyItsOwnMarkup) {
  const std::string xml = rendered(render_junit);
  EXPECT_EQ(xml.find("]]></failure>\n::"), std::string::npos);
  EXPECT_EQ(xml.find('\xff'), std::string::npos);
  EXPECT_EQ(xml.find('\x01'), std::string::npos);
  EXPECT_NE(xml.find("f&lt;&quot;&amp;&#39;&gt;"), std::string::npos);
}

TEST(CiFormats, GitHubCommandsCannotBeInjected) {
  std::istringstream lines(rendered(render_github));
  for (std::string line; std::getline(lines, line);) {
    EXPECT_TRUE(line.starts_with("::error ") || line.starts_with("::notice ")) << line;
    EXPECT_EQ(line.find("::error::injected"), line.find("%0A::error::injected") == std::string::npos
                                                  ? std::string::npos
                                                  : line.find("%0A::error::injected") + 3);
  }
}

TEST(CiFormats, TextOfXmlIsUtf8) {
  EXPECT_EQ(html_text("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80"), "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80");
  EXPECT_EQ(html_text("a\xff\xc3"), "a??");
  EXPECT_EQ(html_text("\xed\xa0\x80"), "???") << "a surrogate";
  EXPECT_EQ(html_text("\xc0\x80"), "??") << "overlong";
  EXPECT_EQ(markdown_code("a|b`c_d"), "<code>a&#124;b&#96;c&#95;d</code>");
}

}  // namespace
}  // namespace leak::scan
