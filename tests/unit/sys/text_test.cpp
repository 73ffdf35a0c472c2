#include "sys/text.h"

#include <gtest/gtest.h>

namespace leak::sys {
namespace {

TEST(Text, AppendsTextAndNumbers) {
  Text<64> text;
  text.add("pid ").add_number(0).add(" of ").add_number(18446744073709551615U);
  EXPECT_STREQ(text.c_str(), "pid 0 of 18446744073709551615");
  EXPECT_FALSE(text.was_cut());
}

TEST(Text, CutsOffWhatDoesNotFitAndRemembersIt) {
  Text<5> text;
  text.add("abc").add("def");
  EXPECT_STREQ(text.c_str(), "abcd");
  EXPECT_EQ(text.size(), 4U);
  EXPECT_TRUE(text.was_cut());
}

TEST(Text, ShortensButNeverLengthens) {
  Text<16> text;
  text.add("trace.zst");
  text.shorten(5);
  EXPECT_STREQ(text.c_str(), "trace");
  text.shorten(9);
  EXPECT_EQ(text.size(), 5U);
}

}  // namespace
}  // namespace leak::sys
