#include "symbols/source_lines.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace leak::scan {
namespace {

class SourceLinesTest : public testing::Test {
 protected:
  SourceLinesTest() { std::filesystem::create_directories(folder_); }
  ~SourceLinesTest() override { std::filesystem::remove_all(folder_); }

  std::string write(const std::string& text) const {
    const std::string path = folder_ / "source.cpp";
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }

  const std::filesystem::path folder_ =
      std::filesystem::path(testing::TempDir()) /
      ("source_lines_" + std::string(testing::UnitTest::GetInstance()->current_test_info()->name()));
};

TEST_F(SourceLinesTest, AreThoseAroundTheLine) {
  const std::string path = write("1\n2\n3\n4\n5\n6\n7\n8\n9\n");
  const auto found = read_source_lines(path, 5, 0);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->first_line, 2U);
  EXPECT_EQ(found->lines, (std::vector<std::string>{"2", "3", "4", "5", "6", "7", "8"}));
}

TEST_F(SourceLinesTest, EndWithTheFile) {
  const std::string path = write("1\n2\n3");
  const auto found = read_source_lines(path, 1, 0);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->first_line, 1U);
  EXPECT_EQ(found->lines.size(), 3U);
  EXPECT_FALSE(read_source_lines(path, 4, 0));
  EXPECT_FALSE(read_source_lines(path, 0, 0));
}

TEST_F(SourceLinesTest, AreCutBetweenCharacters) {
  std::string umlauts = "-";
  for (int i = 0; i != 100; ++i) umlauts += "\xc3\xa4";
  const auto found = read_source_lines(write("\tx\r\n" + umlauts + "\n"), 1, 0);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->lines[0], "    x");
  umlauts.resize(159);
  EXPECT_EQ(found->lines[1], umlauts + "...");
}

TEST_F(SourceLinesTest, OfAFileThatIsNewerAreNotShown) {
  const std::string path = write("1\n");
  struct stat status{};
  ASSERT_EQ(stat(path.c_str(), &status), 0);
  const auto changed = static_cast<std::uint64_t>(status.st_mtim.tv_sec) * 1'000'000'000;
  EXPECT_FALSE(read_source_lines(path, 1, changed - 1));
  EXPECT_TRUE(read_source_lines(path, 1, changed + 1'000'000'000));
}

TEST_F(SourceLinesTest, AreReadOfRegularFilesOnly) {
  const std::string fifo = folder_ / "fifo";
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  EXPECT_FALSE(read_source_lines(fifo, 1, 0));
  EXPECT_FALSE(read_source_lines(folder_, 1, 0));
  EXPECT_FALSE(read_source_lines(folder_ / "absent.cpp", 1, 0));
}

}  // namespace
}  // namespace leak::scan
