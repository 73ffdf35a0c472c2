#include "gate/rule.h"

#include <gtest/gtest.h>

#include "support/refusal.h"

namespace leak::scan {
namespace {

std::string refusal_of_rule(const std::string& text) {
  return test::refusal_of([&] { parse_rule(text); });
}

TEST(Rule, FactComparisonNumber) {
  const Rule rule = parse_rule("lost>0");
  EXPECT_EQ(rule.fact->fact, Fact::kLost);
  EXPECT_FALSE(rule.fails(0));
  EXPECT_TRUE(rule.fails(1));
  EXPECT_TRUE(parse_rule("allocations >= 1e6").fails(1e6));
  EXPECT_TRUE(parse_rule("live<5").fails(4));
  EXPECT_TRUE(parse_rule("live<=4").fails(4));
  EXPECT_TRUE(parse_rule("cycles==2").fails(2));
  EXPECT_TRUE(parse_rule("cycles!=2").fails(3));
}

TEST(Rule, SizesArePowersOf1024) {
  EXPECT_EQ(parse_rule("lost_bytes>64").threshold, 64);
  EXPECT_EQ(parse_rule("lost_bytes>64B").threshold, 64);
  EXPECT_EQ(parse_rule("lost_bytes>64K").threshold, 65536);
  EXPECT_EQ(parse_rule("lost_bytes>64kB").threshold, 65536);
  EXPECT_EQ(parse_rule("peak>512MB").threshold, 512.0 * 1024 * 1024);
  EXPECT_EQ(parse_rule("peak > 1.5 GiB").threshold, 1.5 * 1024 * 1024 * 1024);
}

TEST(Rule, RatesArePerTime) {
  EXPECT_DOUBLE_EQ(parse_rule("growth>1MB/min").threshold, 1024.0 * 1024 / 60);
  EXPECT_DOUBLE_EQ(parse_rule("growth > 10 K / s").threshold, 10240);
  EXPECT_DOUBLE_EQ(parse_rule("growth>3600/h").threshold, 1);
}

TEST(Rule, ASeverityIsAWord) {
  EXPECT_TRUE(parse_rule("severity>=warning").fails(1));
  EXPECT_FALSE(parse_rule("severity >= critical").fails(1));
  EXPECT_TRUE(parse_rule("severity!=good if known").if_known);
  EXPECT_NE(refusal_of_rule("severity>2").find("a severity is good, warning or critical"), std::string::npos);
  EXPECT_EQ(format_fact(FactUnit::kSeverity, 2), "critical");
}

TEST(Rule, OfASite) {
  const Rule rule = parse_rule("site(parse_(a|b)):allocations>1000");
  ASSERT_TRUE(rule.site);
  EXPECT_TRUE(std::regex_search("x::parse_b(int)", *rule.site));
  EXPECT_EQ(rule.fact->fact, Fact::kAllocations);
}

TEST(Rule, IfKnown) {
  EXPECT_TRUE(parse_rule("lost>0 if known").if_known);
  EXPECT_TRUE(parse_rule("peak>1G if known ").if_known);
  EXPECT_FALSE(parse_rule("lost>0").if_known);
}

TEST(Rule, MistakesArePointedAt) {
  EXPECT_EQ(refusal_of_rule("lsot>0"),
            "rule 'lsot>0', column 1: there is no fact 'lsot'; did you mean 'lost'?\n  lsot>0\n  ^");
  EXPECT_EQ(refusal_of_rule("lost>many"), "rule 'lost>many', column 6: a number belongs here\n  lost>many\n       ^");
  EXPECT_EQ(refusal_of_rule("lost=0"), "rule 'lost=0', column 5: '=' is written '=='\n  lost=0\n      ^");
}

TEST(Rule, EveryMistakeIsOneSentence) {
  const std::vector<std::pair<std::string, std::string>> kMistakes = {
      {"", "a fact such as lost, growth or peak belongs here"},
      {">0", "a fact such as lost, growth or peak belongs here"},
      {"lost", "one of > >= < <= == != belongs here"},
      {"lost>", "a number belongs here"},
      {"lost>-1", "a number belongs here"},
      {"lost>nan", "a number belongs here"},
      {"lost>0K", "'lost' is a count and has no unit"},
      {"peak>5parsecs", "'peak' takes a size such as 64K, 1.5MB or 2GiB"},
      {"growth>1MB", "a rate needs a time: 1MB/min; also /s, /h, /d"},
      {"growth>1MB/fortnight", "a time is s, min, h or d"},
      {"lost>0 sometimes", "only 'if known' may stand behind the number"},
      {"peak>1M or lost>0", "only 'if known' may stand behind the number"},
      {"site(x:lost>0", "site(REGEX) needs '):' and a fact behind it"},
      {"site():lost>0", "site(REGEX) needs a regular expression"},
      {"site(a[):lost>0", "'a[' is no regular expression"},
      {"site(x):cycles>0", "'cycles' is no fact of a site"},
  };
  for (const auto& [rule, sentence] : kMistakes) {
    EXPECT_NE(refusal_of_rule(rule).find(": " + sentence + "\n"), std::string::npos)
        << rule << " -> " << refusal_of_rule(rule);
  }
}

}  // namespace
}  // namespace leak::scan
