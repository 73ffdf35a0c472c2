#include "cli/sizes.h"

#include <gtest/gtest.h>

namespace leak::scan {
namespace {

TEST(Sizes, ArePowersOf1024) {
  EXPECT_EQ(parse_size("64"), 64U);
  EXPECT_EQ(parse_size("64B"), 64U);
  EXPECT_EQ(parse_size("64k"), 65'536U);
  EXPECT_EQ(parse_size("512MB"), 512ULL << 20);
  EXPECT_EQ(parse_size("1.5GiB"), 3ULL << 29);
  EXPECT_EQ(parse_size("0"), 0U);
}

TEST(Sizes, RefusesTheRest) {
  for (const char* text : {"", "M", "-1M", "1 M", "1X", "1MBs", "nan", "inf", "1e300", "0x10"}) {
    EXPECT_FALSE(parse_size(text)) << text;
  }
}

}  // namespace
}  // namespace leak::scan
