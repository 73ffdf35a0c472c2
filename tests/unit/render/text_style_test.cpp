#include "render/text_style.h"

#include <gtest/gtest.h>

namespace leak::scan {
namespace {

TEST(TextStyle, FoldsLongTemplateArguments) {
  EXPECT_EQ(short_name("std::vector<int>::push_back"), "std::vector<int>::push_back");
  EXPECT_EQ(short_name("std::map<std::string, std::vector<shop::VeryLongItemName>>::operator[]"),
            "std::map<...>::operator[]");
  EXPECT_EQ(short_name("shop::LongNamespaceName::OtherLongName<First, Second>::operator<<Third>"),
            "shop::LongNamespaceName::OtherLongName<...>::operator<<Third>");
}

TEST(TextStyle, CutsBetweenCharacters) {
  const TextStyle style(TextOptions{false, 30, 0});
  EXPECT_EQ(style.fit("ääääääääääääääääääääääääääääääää", 5), "ääääääääääääääääääääää...");
  EXPECT_EQ(style.fit("short", 5), "short");
}

TEST(TextStyle, WrapsWords) {
  const TextStyle style(TextOptions{false, 12, 0});
  EXPECT_EQ(style.wrap("one two three four", 2), "  one two\n  three four");
  EXPECT_EQ(style.wrap_behind("one two three four", 2), "one two\n  three four");
}

TEST(FigureTable, AlignsToTheWidestCell) {
  FigureTable table({"n", "bytes"});
  table.add({"1,000", "5 B"});
  EXPECT_EQ(table.heading(), "      n  bytes");
  EXPECT_EQ(table.row(0), "  1,000    5 B");
}

}  // namespace
}  // namespace leak::scan
