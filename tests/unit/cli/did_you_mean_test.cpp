#include "base/did_you_mean.h"

#include <gtest/gtest.h>

namespace leak::scan {
namespace {

TEST(DidYouMean, FindsTheNearWordOnly) {
  const std::vector<std::string> words = {"analyze", "info", "dump", "--html", "--json"};
  EXPECT_EQ(closest_word("analyse", words), "analyze");
  EXPECT_EQ(closest_word("--jsn", words), "--json");
  EXPECT_EQ(closest_word("inof", words), "info");
  EXPECT_EQ(closest_word("something-else", words), std::nullopt);
}

}  // namespace
}  // namespace leak::scan
