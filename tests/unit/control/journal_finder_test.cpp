#include "control/journal_finder.h"

#include <gtest/gtest.h>

namespace leak::scan {
namespace {

using Paths = std::vector<std::string>;

TEST(JournalFinder, FindsTheFirstPagesOfJournals) {
  const char* maps =
      "7f00-7f10 rw-s 00000000 fe:00 12                        /tmp/with space/a.zst.journal\n"
      "7f10-7f20 rw-s 00010000 fe:00 12                        /tmp/with space/a.zst.journal\n"
      "7f20-7f30 r--s 00000000 fe:00 13                        /tmp/read-only.zst.journal\n"
      "7f30-7f40 rw-p 00000000 fe:00 14                        /tmp/private.zst.journal\n"
      "7f40-7f50 rw-p 00000000 00:00 0\n"
      "7f50-7f60 rw-s 00000000 fe:00 15                        /tmp/gone.zst.journal (deleted)\n"
      "7f60-7f70 rw-s 00000000 fe:00 16                        /tmp/b.zst.journal\n";
  EXPECT_EQ(journals_in_maps(maps), (Paths{"/tmp/with space/a.zst.journal", "/tmp/b.zst.journal"}));
}

TEST(JournalFinder, SurvivesWhatIsNoListOfMappings) {
  for (const char* text : {"", "\n", "x", "a b", "rw-s rw-s 0 0 0 .zst.journal"}) {
    EXPECT_LE(journals_in_maps(text).size(), 1U) << text;
  }
}

TEST(JournalFinder, ReadsThePidInTheInnermostNamespace) {
  EXPECT_EQ(inner_pid("Name:\tx\nPid:\t700\nNSpid:\t700\t41\t7\nUid:\t0\n"), 7);
  EXPECT_EQ(inner_pid("NSpid:\t700\n"), 700);
  EXPECT_EQ(inner_pid("Pid:\t700\n"), std::nullopt);
  EXPECT_EQ(inner_pid("NSpid:\t\n"), std::nullopt);
}

}  // namespace
}  // namespace leak::scan
