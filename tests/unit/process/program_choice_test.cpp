#include "process/program_choice.h"

#include <gtest/gtest.h>

namespace leak::hook {
namespace {

TEST(ProgramChoice, EmptyListMeansAll) { EXPECT_TRUE(is_among_programs("", "server")); }

TEST(ProgramChoice, NamesAreWhole) {
  EXPECT_TRUE(is_among_programs("client,server", "server"));
  EXPECT_FALSE(is_among_programs("client,server", "serve"));
  EXPECT_FALSE(is_among_programs("client,server", "server2"));
  EXPECT_FALSE(is_among_programs("client,server", "client,server"));
}

TEST(ProgramChoice, PatternsMatchTheWholeName) {
  EXPECT_TRUE(is_among_programs("test_*", "test_heap"));
  EXPECT_TRUE(is_among_programs("x,*_test", "a_test_b_test"));
  EXPECT_TRUE(is_among_programs("python3.?", "python3.9"));
  EXPECT_TRUE(is_among_programs("*", "anything"));
  EXPECT_FALSE(is_among_programs("test_*", "a_test_b"));
  EXPECT_FALSE(is_among_programs("python3.?", "python3.11"));
  EXPECT_FALSE(is_among_programs("a*b*c", "abd"));
}

}  // namespace
}  // namespace leak::hook
