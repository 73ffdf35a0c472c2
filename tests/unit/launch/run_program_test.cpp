#include "launch/run_program.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>

#include "base/command_error.h"
#include "unit/launch/built_program.h"

namespace leak::scan {
namespace {

class RecordProgram : public testing::Test {
 protected:
  void SetUp() override { ::setenv("LEAKHOOK_LIBRARY", built_program("libfake_hook.so").c_str(), 1); }
  void TearDown() override {
    ::unsetenv("LEAKHOOK_LIBRARY");
    ::unlink(trace_.c_str());
  }

  Recording record(const std::string& code) {
    return record_program({{built_program("dynamic"), code}, trace_, {}});
  }

  const std::string trace_ = testing::TempDir() + "leak_run_program." + std::to_string(::getpid()) + ".zst";
};

TEST_F(RecordProgram, ReturnsTheProgramsOwnCodeAndItsTraces) {
  const Recording recording = record("42");
  EXPECT_EQ(recording.exit_code, 42);
  EXPECT_EQ(recording.traces, std::vector<std::string>{trace_});
}

TEST_F(RecordProgram, Returns128PlusTheSignal) { EXPECT_EQ(record("-15").exit_code, 128 + 15); }

TEST_F(RecordProgram, PassesSettingsOn) {
  // The stand-in records nothing with this one.
  const Recording recording = record_program({{built_program("dynamic")}, trace_, {{"LEAKHOOK_ENABLED", "0"}}});
  EXPECT_TRUE(recording.traces.empty());
}

TEST_F(RecordProgram, KeepsWhatElseIsPreloaded) {
  ::setenv("LD_PRELOAD", built_program("libfake_hook.so").c_str(), 1);
  EXPECT_EQ(record_program(
                {{"/bin/sh", "-c", "case $LD_PRELOAD in *fake_hook*:*fake_hook*) exit 7;; esac"}, trace_, {}})
                .exit_code,
            7);
  ::unsetenv("LD_PRELOAD");
}

TEST_F(RecordProgram, FailsClearly) {
  EXPECT_THROW(record_program({{"/no/such/program"}, trace_, {}}), CommandError);
  ::setenv("LEAKHOOK_LIBRARY", "/no/such/library.so", 1);
  EXPECT_THROW(record("0"), CommandError);
}

}  // namespace
}  // namespace leak::scan
