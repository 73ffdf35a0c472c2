#include <gtest/gtest.h>

#include <set>

#include "patterns/pattern.h"

namespace leak::scan {
namespace {

TEST(PatternPages, AreComplete) {
  for (const Pattern* pattern : all_patterns()) {
    const ReportPatternPage& page = pattern->page();
    EXPECT_EQ(page.kind.find_first_not_of("abcdefghijklmnopqrstuvwxyz-"), std::string::npos) << page.kind;
    for (const std::string& text :
         {page.name, page.summary, page.recognised_by, page.bad, page.good, page.advice}) {
      EXPECT_FALSE(text.empty()) << page.kind;
    }
    EXPECT_NE(page.bad, page.good) << page.kind;
    EXPECT_FALSE(page.related.empty()) << page.kind;
  }
}

TEST(PatternPages, EachHasAKindOfItsOwn) {
  std::set<std::string> kinds;
  for (const Pattern* pattern : all_patterns()) kinds.insert(pattern->page().kind);
  EXPECT_EQ(kinds.size(), all_patterns().size());
}

TEST(PatternPages, LeadToPagesThatThereAre) {
  for (const Pattern* pattern : all_patterns()) {
    EXPECT_EQ(page_of(pattern->page().kind), &pattern->page());
    for (const std::string& other : pattern->page().related) {
      EXPECT_NE(page_of(other), nullptr) << pattern->page().kind << " -> " << other;
      EXPECT_NE(other, pattern->page().kind);
    }
  }
  EXPECT_EQ(page_of("no-such-kind"), nullptr);
}

}  // namespace
}  // namespace leak::scan
