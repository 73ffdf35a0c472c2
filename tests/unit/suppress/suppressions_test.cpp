#include "suppress/suppressions.h"

#include <gtest/gtest.h>

#include "support/refusal.h"

namespace leak::scan {
namespace {

const std::vector<ReportFrame> kFrames = {
    {"shop::Cart::add(Item const&)", "/src/shop/cart.cpp", 41, "/usr/bin/shop", 0, false, false, {}},
    {"serve", "/src/shop/server.cpp", 99, "/usr/bin/shop", 0, false, false, {}},
    {"main", "/src/shop/main.cpp", 12, "/usr/bin/shop", 0, false, false, {}}};
const std::vector<FrameId> kStack = {FrameId(0), FrameId(1), FrameId(2)};

std::size_t matching(const std::string& text) {
  std::size_t count = 0;
  for (const Suppression& one : parse_suppressions("test.supp", text))
    count += suppresses(one, kStack, kFrames);
  return count;
}

std::string refusal(const std::string& text) {
  return test::refusal_of([&] { parse_suppressions("test.supp", text); });
}

TEST(LeakSanitizerSuppressions, MatchFunctionFileAndModuleAnywhere) {
  EXPECT_EQ(matching("leak:Cart::add\n"), 1U);
  EXPECT_EQ(matching("leak:serve\n"), 1U);
  EXPECT_EQ(matching("leak:cart.cpp\n"), 1U);
  EXPECT_EQ(matching("leak:/usr/bin/shop\n"), 1U);
  EXPECT_EQ(matching("leak:Cart*Item\n"), 1U);
  EXPECT_EQ(matching("leak:nothing\n"), 0U);
}

TEST(LeakSanitizerSuppressions, AnchorsBind) {
  EXPECT_EQ(matching("leak:^serve$\n"), 1U);
  EXPECT_EQ(matching("leak:^shop::Cart::add$\n"), 1U) << "parameters need not be spelled";
  EXPECT_EQ(matching("leak:^erve\n"), 0U);
  EXPECT_EQ(matching("leak:serv$\n"), 0U);
}

TEST(LeakSanitizerSuppressions, OtherSanitizersEntriesArePassedOver) {
  EXPECT_EQ(parse_suppressions("f", "race:foo\nvptr:bar\nleak:main\n").size(), 1U);
}

TEST(Suppressions, CommentsLimitTheEntryBelow) {
  const auto list = parse_suppressions(
      "f", "# why: see 42\n# max=20 expires=2027-01-31\nleak:a\nleak:b\n\n# max=3\n\nleak:c\n");
  ASSERT_EQ(list.size(), 3U);
  EXPECT_EQ(list[0].max_blocks, 20U);
  EXPECT_EQ(list[0].expires, "2027-01-31");
  EXPECT_EQ(list[0].origin, "f:3");
  EXPECT_FALSE(list[1].max_blocks);
  EXPECT_FALSE(list[2].max_blocks) << "a blank line stands between";
}

constexpr const char* kValgrind = R"({
   known one
   Memcheck:Leak
   match-leak-kinds: definite
   fun:malloc
   fun:_ZN4shop4Cart3addERK4Item
   ...
   fun:main
}
)";

TEST(ValgrindSuppressions, MatchFromTheLeafWithLinkerNames) { EXPECT_EQ(matching(kValgrind), 1U); }

TEST(ValgrindSuppressions, FramesAreInOrderAndFromTheLeaf) {
  const auto entry = [](const std::string& frames) {
    return "{\n  name\n  Memcheck:Leak\n" + frames + "}\n";
  };
  EXPECT_EQ(matching(entry("  fun:shop::Cart::add\n  fun:serve\n")), 1U);
  EXPECT_EQ(matching(entry("  fun:serve\n")), 0U);
  EXPECT_EQ(matching(entry("  ...\n  fun:serve\n")), 1U);
  EXPECT_EQ(matching(entry("  fun:*alloc\n  fun:_ZN4shop4Cart*\n  obj:*/shop\n")), 1U);
  EXPECT_EQ(matching(entry("  src:cart.cpp:41\n")), 1U);
  EXPECT_EQ(matching(entry("  src:cart.cpp:42\n")), 0U);
}

TEST(ValgrindSuppressions, OnlyLeaksCount) {
  EXPECT_TRUE(parse_suppressions("f", "{\n a\n Memcheck:Cond\n fun:f\n}\n").empty());
  EXPECT_TRUE(
      parse_suppressions("f", "{\n a\n Memcheck:Leak\n match-leak-kinds: reachable\n fun:f\n}\n").empty());
}

TEST(Suppressions, WrongFilesAreRefusedWithTheLine) {
  EXPECT_EQ(refusal("leak:a\nnonsense\n"),
            "suppressions test.supp:2: expected 'leak:PATTERN' or an entry in braces, not 'nonsense'");
  EXPECT_EQ(refusal("leak:\n"),
            "suppressions test.supp:1: 'leak:' needs a pattern of a function, file or module name");
  EXPECT_EQ(refusal("{\n a\n Memcheck:Leak\n fun:f\n"),
            "suppressions test.supp:4: the entry has no closing '}'");
  EXPECT_EQ(refusal("{\n a\n Memcheck:Leak\n what\n}\n"),
            "suppressions test.supp:4: 'what' is no frame: fun:, obj:, src: or ...");
  EXPECT_EQ(refusal("{\n a\n Memcheck:Leak\n}\n"), "suppressions test.supp:4: the entry 'a' has no frames");
  EXPECT_EQ(refusal("# max=many\nleak:a\n"), "suppressions test.supp:1: 'max=many' needs a number of blocks");
  EXPECT_EQ(refusal("# expires=soon\nleak:a\n"),
            "suppressions test.supp:1: 'expires=soon' needs a date such as 2027-01-31");
}

TEST(Suppressions, BuiltInOnesParseAndAreBound) {
  const auto list = parse_built_in_suppressions();
  EXPECT_GT(list.size(), 10U);
  for (const Suppression& one : list)
    EXPECT_TRUE(one.pattern.starts_with('^') && one.pattern.ends_with('$')) << one.text;
}

TEST(Glob, StarsAndQuestionMarks) {
  EXPECT_TRUE(matches_glob("*", ""));
  EXPECT_TRUE(matches_glob("a*b*c", "a__b_b__c"));
  EXPECT_TRUE(matches_glob("a?c", "abc"));
  EXPECT_FALSE(matches_glob("a?c", "ac"));
  EXPECT_FALSE(matches_glob("a*b", "ab_"));
}

}  // namespace
}  // namespace leak::scan
