#include "process/settings.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace leak::hook {
namespace {

struct Outcome {
  Settings settings;
  sys::Text<512> complaint;
};

std::unique_ptr<Outcome> read(std::vector<std::string> entries) {
  auto outcome = std::make_unique<Outcome>();
  std::vector<char*> environment;
  for (std::string& entry : entries) environment.push_back(entry.data());
  environment.push_back(nullptr);
  read_settings(environment.data(), outcome->settings, outcome->complaint);
  return outcome;
}

std::string name_of(const Settings& settings, unsigned attempt) {
  sys::PathText path;
  trace_path(settings, 123, "app", 1700000000, attempt, path);
  return path.c_str();
}

TEST(Settings, NamesTheTraceAfterProgramAndProcessByDefault) {
  const auto outcome = read({"HOME=/root"});
  const std::string name = name_of(outcome->settings, 0);
  EXPECT_EQ(name.substr(name.rfind('/')), "/leakhook.app.123.zst");
  EXPECT_EQ(name[0], '/') << "a program that changes its directory must not move the trace";
}

TEST(Settings, ExpandsThePattern) {
  const auto outcome = read({"LEAKHOOK_OUTPUT=/var/tmp/%e-%p-%t-100%%.zst"});
  EXPECT_EQ(name_of(outcome->settings, 0), "/var/tmp/app-123-1700000000-100%.zst");
}

TEST(Settings, FindsAnotherNameWhenTheFirstIsTaken) {
  const auto fixed = read({"LEAKHOOK_OUTPUT=/t/trace.zst"});
  EXPECT_EQ(name_of(fixed->settings, 0), "/t/trace.zst");
  EXPECT_EQ(name_of(fixed->settings, 1), "/t/trace.app.123.zst");
  EXPECT_EQ(name_of(fixed->settings, 2), "/t/trace.app.123.2.zst");
  const auto by_process = read({"LEAKHOOK_OUTPUT=/t/%p.zst"});
  EXPECT_EQ(name_of(by_process->settings, 1), "/t/123.2.zst");
}

TEST(Settings, ReadsNumbersWithUnits) {
  const auto outcome = read({"LEAKHOOK_MAX_BYTES=3G", "LEAKHOOK_LEVEL=-3", "LEAKHOOK_BUFFER_KB=1024",
                             "LEAKHOOK_SAMPLE_MS=5", "LEAKHOOK_TIME_NS=100", "LEAKHOOK_ENABLED=0"});
  EXPECT_EQ(outcome->settings.max_bytes, 3U << 30);
  EXPECT_EQ(outcome->settings.compression_level, -3);
  EXPECT_EQ(outcome->settings.buffer_slots, 16U);
  EXPECT_EQ(outcome->settings.sample_ms, 5U);
  EXPECT_EQ(outcome->settings.time_ns, 100U);
  EXPECT_FALSE(outcome->settings.enabled);
  EXPECT_EQ(outcome->complaint.size(), 0U);
}

TEST(Settings, ComplainsAboutNonsenseAndKeepsTheDefault) {
  for (const char* entry : {"LEAKHOOK_LEVEL=fast", "LEAKHOOK_LEVEL=99", "LEAKHOOK_SAMPLE_MS=-1",
                            "LEAKHOOK_MAX_BYTES=12x", "LEAKHOOK_ENABLED=yes"}) {
    const auto outcome = read({entry});
    EXPECT_NE(outcome->complaint.size(), 0U) << entry;
    EXPECT_EQ(outcome->settings.compression_level, Settings{}.compression_level);
    EXPECT_EQ(outcome->settings.sample_ms, Settings{}.sample_ms);
  }
}

TEST(Settings, ReadsTheBudgetAsAShare) {
  EXPECT_EQ(read({"LEAKHOOK_MAX_OVERHEAD=5%"})->settings.max_overhead_permille, 50U);
  EXPECT_EQ(read({"LEAKHOOK_MAX_OVERHEAD=0.5%"})->settings.max_overhead_permille, 5U);
  EXPECT_EQ(read({"LEAKHOOK_MAX_OVERHEAD=12"})->settings.max_overhead_permille, 120U);
  for (const char* entry :
       {"LEAKHOOK_MAX_OVERHEAD=low", "LEAKHOOK_MAX_OVERHEAD=101%", "LEAKHOOK_MAX_OVERHEAD=%",
        "LEAKHOOK_MAX_OVERHEAD=-1", "LEAKHOOK_MAX_OVERHEAD=99999999999"}) {
    const auto outcome = read({entry});
    EXPECT_NE(outcome->complaint.size(), 0U) << entry;
    EXPECT_EQ(outcome->settings.max_overhead_permille, 0U);
  }
}

TEST(Settings, ASampleIsNotBurdenedWithScansUnlessTheyAreAskedFor) {
  EXPECT_TRUE(read({})->settings.scan.enabled);
  EXPECT_FALSE(read({"LEAKHOOK_SAMPLE_BYTES=512K"})->settings.scan.enabled);
  EXPECT_FALSE(read({"LEAKHOOK_MAX_OVERHEAD=5%"})->settings.scan.enabled);
  EXPECT_TRUE(read({"LEAKHOOK_SCAN=exit", "LEAKHOOK_SAMPLE_BYTES=512K"})->settings.scan.enabled);
}

TEST(Settings, ReadsWhatToTrack) {
  EXPECT_EQ(read({})->settings.tracked, kTrackFds | kTrackThreads);
  EXPECT_EQ(read({"LEAKHOOK_TRACK=none"})->settings.tracked, 0U);
  EXPECT_EQ(read({"LEAKHOOK_TRACK=threads"})->settings.tracked, kTrackThreads);
  EXPECT_EQ(read({"LEAKHOOK_TRACK=threads,fds"})->settings.tracked, kTrackFds | kTrackThreads);
  for (const char* entry : {"LEAKHOOK_TRACK=fd", "LEAKHOOK_TRACK=fds,", "LEAKHOOK_TRACK=fds,none"}) {
    const auto outcome = read({entry});
    EXPECT_NE(outcome->complaint.size(), 0U) << entry;
    EXPECT_EQ(outcome->settings.tracked, kTrackFds | kTrackThreads);
  }
}

TEST(Settings, KeepsWhatWasSetForTheTrace) {
  const auto outcome = read({"PATH=/bin", "LEAKHOOK_ONLY=sh,app", "LEAKHOOK_LEVEL=3"});
  EXPECT_STREQ(outcome->settings.text.c_str(), "LEAKHOOK_ONLY=sh,app\nLEAKHOOK_LEVEL=3\n");
  EXPECT_STREQ(outcome->settings.only.c_str(), "sh,app");
}

}  // namespace
}  // namespace leak::hook
