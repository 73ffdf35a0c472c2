#include "report/trace_info.h"

#include <gtest/gtest.h>

namespace leak::scan {
namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;

TEST(BackPressureWarning, ComesWhenWaitsAreMoreThanATwentiethOfTheCpuTime) {
  const std::optional<std::string> warning = warning_about({7, 3 * kSecond, 40 * kSecond});
  ASSERT_TRUE(warning);
  EXPECT_NE(warning->find("3.00 s"), std::string::npos) << *warning;
  EXPECT_NE(warning->find("40.0"), std::string::npos) << *warning;
}

TEST(BackPressureWarning, StaysAwayFromAFewWaits) {
  EXPECT_FALSE(warning_about({}));
  EXPECT_FALSE(warning_about({7, 2 * kSecond, 40 * kSecond}));
}

}  // namespace
}  // namespace leak::scan
