#include "report/source_snippets.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace leak::scan {
namespace {

class SourceSnippetsTest : public testing::Test {
 protected:
  SourceSnippetsTest() {
    std::filesystem::create_directories(folder_ / "build/bin");
    std::filesystem::create_directories(folder_ / "src");
    std::ofstream(folder_ / "src/app.cpp") << "one\ntwo\nthree\n";
    std::ofstream(folder_ / "main.cpp") << "main\n";
  }
  ~SourceSnippetsTest() override { std::filesystem::remove_all(folder_); }

  // The lines for a finding that is blamed on line 1 of `file`.
  std::vector<std::string> lines_for(const std::string& file, const std::string& sysroot = "") const {
    ReportModel model;
    ReportFrame& frame = model.frames.emplace_back();
    frame.file = file;
    frame.line = 1;
    frame.module = folder_ / "build/bin/app";
    ReportProcess& process = model.processes.emplace_back();
    process.sites.emplace_back().blamed = FrameId(0);
    process.findings.emplace_back().site = 0;
    add_sources(model, sysroot);
    return frame.source ? frame.source->lines : std::vector<std::string>();
  }

  const std::filesystem::path folder_ =
      std::filesystem::path(testing::TempDir()) /
      ("source_snippets_" + std::string(testing::UnitTest::GetInstance()->current_test_info()->name()));
};

TEST_F(SourceSnippetsTest, FindWhatTheDebugInformationNames) {
  EXPECT_EQ(lines_for(folder_ / "src/app.cpp").size(), 3U);
  EXPECT_EQ(lines_for("/src/app.cpp", folder_).size(), 3U);
  EXPECT_TRUE(lines_for(folder_ / "src/other.cpp").empty());
}

TEST_F(SourceSnippetsTest, FindRelativeNamesFromTheProgramUpwards) {
  EXPECT_EQ(lines_for("../src/app.cpp").size(), 3U);  // the compiler ran in build/
  EXPECT_EQ(lines_for("src/app.cpp").size(), 3U);
  EXPECT_TRUE(lines_for("main.cpp").empty()) << "a bare name is looked for beside the program only";
  EXPECT_TRUE(lines_for("").empty());
}

TEST_F(SourceSnippetsTest, AreForBlamedFramesOfFindingsOnly) {
  ReportModel model;
  ReportFrame& frame = model.frames.emplace_back();
  frame.file = folder_ / "src/app.cpp";
  frame.line = 1;
  ReportProcess& process = model.processes.emplace_back();
  process.sites.emplace_back().blamed = FrameId(0);
  process.findings.emplace_back();
  process.findings.emplace_back().site = 7;  // not among those shown
  add_sources(model, "");
  EXPECT_FALSE(frame.source);
}

}  // namespace
}  // namespace leak::scan
