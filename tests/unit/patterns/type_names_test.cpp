#include "patterns/type_names.h"

#include <gtest/gtest.h>

namespace leak::scan {
namespace {

TEST(TypeNames, TakesATemplateApart) {
  const TemplateName name = take_apart("std::map<int, A<B, C>, std::less<int> >::find");
  EXPECT_EQ(name.head, "std::map");
  ASSERT_EQ(name.arguments.size(), 3U);
  EXPECT_EQ(name.arguments[1], "A<B, C>");
  EXPECT_EQ(name.rest, "::find");
}

TEST(TypeNames, WhatIsNoTemplateStaysWhole) {
  for (const char* name : {"malloc", "Foo::operator<", "cut<short", "", "<"}) {
    const TemplateName parts = take_apart(name);
    EXPECT_EQ(parts.head, name);
    EXPECT_TRUE(parts.arguments.empty()) << name;
  }
}

TEST(TypeNames, LeavesOutWhatIsAlwaysTheSame) {
  EXPECT_EQ(
      plain_type(
          "std::vector<std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> >, "
          "std::allocator<std::__cxx11::basic_string<char, std::char_traits<char>, "
          "std::allocator<char> > > >"),
      "std::vector<std::string>");
  EXPECT_EQ(
      plain_type("std::unordered_map<int, std::unique_ptr<Page, std::default_delete<Page> >, std::hash<int>, "
                 "std::equal_to<int> >"),
      "std::unordered_map<int, std::unique_ptr<Page>>");
  EXPECT_EQ(plain_type("std::__1::map<int, Foo<1, 2> >::iterator"), "std::map<int, Foo<1, 2>>::iterator");
}

TEST(TypeNames, SurvivesNamesThatNestWithoutEnd) {
  std::string name = "int";
  for (int i = 0; i != 10'000; ++i) name.insert(0, "A<").append(">");
  EXPECT_FALSE(plain_type(name).empty());
}

}  // namespace
}  // namespace leak::scan
