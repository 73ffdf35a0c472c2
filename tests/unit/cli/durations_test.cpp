#include "cli/durations.h"

#include <gtest/gtest.h>

namespace leak::scan {
namespace {

TEST(Durations, KnowsTheUnits) {
  EXPECT_EQ(parse_duration("1.5s"), 1'500'000'000U);
  EXPECT_EQ(parse_duration("200ms"), 200'000'000U);
  EXPECT_EQ(parse_duration("30us"), 30'000U);
  EXPECT_EQ(parse_duration("7ns"), 7U);
  EXPECT_EQ(parse_duration("2m"), 120'000'000'000U);
  EXPECT_EQ(parse_duration("1h"), 3'600'000'000'000U);
  EXPECT_EQ(parse_duration("7d"), 604'800'000'000'000U);
  EXPECT_EQ(parse_duration("3"), 3'000'000'000U);
  EXPECT_EQ(parse_duration("0"), 0U);
}

TEST(Durations, RefusesTheRest) {
  for (const char* text : {"", "s", "-1s", "1 s", "1w", "1s1", "nan", "inf", "1e300s", "0x10"}) {
    EXPECT_FALSE(parse_duration(text)) << text;
  }
}

}  // namespace
}  // namespace leak::scan
