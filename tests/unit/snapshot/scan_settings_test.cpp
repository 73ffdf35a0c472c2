#include "snapshot/scan_settings.h"

#include <gtest/gtest.h>

#include <csignal>

namespace leak::hook {
namespace {

TEST(ScanSettings, ScansAtExitByDefault) {
  EXPECT_TRUE(ScanSettings{}.enabled);
  EXPECT_TRUE(ScanSettings{}.at_exit);
  EXPECT_FALSE(ScanSettings{}.at_immediate_exit);
}

TEST(ScanSettings, ReadsTheMode) {
  ScanSettings settings;
  ASSERT_TRUE(parse_scan_mode("off", settings));
  EXPECT_FALSE(settings.enabled);
  ASSERT_TRUE(parse_scan_mode("demand", settings));
  EXPECT_TRUE(settings.enabled);
  EXPECT_FALSE(settings.at_exit);
  ASSERT_TRUE(parse_scan_mode("exit,_exit", settings));
  EXPECT_TRUE(settings.at_exit);
  EXPECT_TRUE(settings.at_immediate_exit);
  EXPECT_FALSE(parse_scan_mode("sometimes", settings));
  EXPECT_TRUE(settings.at_immediate_exit);
}

TEST(ScanSettings, ReadsIntervalsInUnits) {
  ScanSettings settings;
  ASSERT_TRUE(parse_scan_interval("30s", settings));
  EXPECT_EQ(settings.interval_ms, 30'000U);
  ASSERT_TRUE(parse_scan_interval("250ms", settings));
  EXPECT_EQ(settings.interval_ms, 250U);
  ASSERT_TRUE(parse_scan_interval("2", settings));
  EXPECT_EQ(settings.interval_ms, 2'000U);
  for (const char* text : {"", "s", "5 s", "-1s", "99999999999s", "3d"}) {
    EXPECT_FALSE(parse_scan_interval(text, settings)) << text;
  }
}

TEST(ScanSettings, ReadsSignalsByNameAndNumber) {
  ScanSettings settings;
  ASSERT_TRUE(parse_scan_signal("USR2", settings));
  EXPECT_EQ(settings.signal, SIGUSR2);
  ASSERT_TRUE(parse_scan_signal("SIGUSR1", settings));
  EXPECT_EQ(settings.signal, SIGUSR1);
  ASSERT_TRUE(parse_scan_signal("40", settings));
  EXPECT_EQ(settings.signal, 40);
  for (const char* text : {"", "KILL", "9", "19", "32", "33", "65", "0", "12x", "SIG"}) {
    EXPECT_FALSE(parse_scan_signal(text, settings)) << text;
  }
}

}  // namespace
}  // namespace leak::hook
