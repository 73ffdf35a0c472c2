#include "decode/trace_source.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "support/refusal.h"

namespace leak::scan {
namespace {

class TraceSourceTest : public testing::Test {
 protected:
  void SetUp() override {
    directory_ = std::filesystem::path(testing::TempDir()) / ("trace_source_" + std::to_string(::getpid()));
    std::filesystem::create_directories(directory_);
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  std::string file(const std::string& name, const std::string& bytes) {
    const std::string path = directory_ / name;
    std::ofstream(path, std::ios::binary) << bytes;
    return path;
  }

  static std::string error_of(const std::string& path) {
    return test::refusal_of([&] { open_trace_files(path); });
  }

  std::filesystem::path directory_;
};

TEST_F(TraceSourceTest, SaysThatTheFileIsMissing) {
  const std::string path = directory_ / "missing.zst";
  EXPECT_NE(error_of(path).find("No such file"), std::string::npos);
  EXPECT_NE(error_of(path).find(path), std::string::npos);
}

TEST_F(TraceSourceTest, RefusesDirectories) {
  EXPECT_NE(error_of(directory_).find("is a directory"), std::string::npos);
}

TEST_F(TraceSourceTest, RefusesEmptyFilesWithoutJournal) {
  EXPECT_NE(error_of(file("empty.zst", "")).find("is empty"), std::string::npos);
}

TEST_F(TraceSourceTest, TakesTheJournalNextToTheTrace) {
  const std::string path = file("a.zst", "");
  file("a.zst.journal", "journal");
  const TraceSource source = open_trace_files(path);
  ASSERT_NE(source.journal, nullptr);
  EXPECT_EQ(source.journal->size(), 7U);
}

TEST_F(TraceSourceTest, ReadsOnlyWhatIsThere) {
  const TraceSource source = open_trace_files(file("b.zst", "0123456789"));
  std::vector<std::uint8_t> bytes(8);
  EXPECT_EQ(source.trace->read_at(6, bytes), 4U);
  EXPECT_EQ(bytes[0], '6');
  EXPECT_EQ(source.trace->read_at(99, bytes), 0U);
}

TEST_F(TraceSourceTest, SeesAFileThatShrinksWithoutHarm) {
  const std::string path = file("c.zst", std::string(1 << 20, 'x'));
  const TraceSource source = open_trace_files(path);
  std::filesystem::resize_file(path, 10);
  std::vector<std::uint8_t> bytes(100);
  EXPECT_EQ(source.trace->size(), 10U);
  EXPECT_EQ(source.trace->read_at(0, bytes), 10U);
}

}  // namespace
}  // namespace leak::scan
