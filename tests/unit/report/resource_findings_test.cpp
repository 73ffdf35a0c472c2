// Which descriptors and threads are called leaks, and which are merely kept.
#include "report/resource_findings.h"

#include <gtest/gtest.h>

#include "report/findings.h"

namespace leak::scan {
namespace {

constexpr std::uint64_t kShortRun = kShortestJudgedRunNs / 100;
constexpr std::uint64_t kLongRun = kShortestJudgedRunNs * 60;
constexpr std::size_t kParts = 32;

std::vector<ReportFrame> frames() {
  ReportFrame frame;
  frame.function = "Server::handle(int)";
  frame.module = "/usr/bin/myapp";
  return {frame};
}

ReportProcess process_with(std::uint64_t duration_ns, std::uint64_t opened,
                           const std::vector<std::uint64_t>& open_over_time) {
  ReportProcess process;
  process.duration_ns = duration_ns;
  ReportDescriptorSite site;
  site.function = "socket";
  site.opened = opened;
  site.open = open_over_time.back();
  site.open_over_time = open_over_time;
  site.stack = {FrameId(0)};
  site.blamed = FrameId(0);
  process.resources.fd_sites = {site};
  return process;
}

std::vector<std::uint64_t> constant(std::uint64_t value) { return std::vector<std::uint64_t>(kParts, value); }

std::vector<std::uint64_t> rising(std::uint64_t step) {
  std::vector<std::uint64_t> values;
  for (std::size_t i = 1; i <= kParts; ++i) values.push_back(i * step);
  return values;
}

std::vector<std::string> kinds(ReportProcess process) {
  find_resource_leaks(process, frames());
  std::vector<std::string> found;
  for (const ReportFinding& finding : process.findings) found.push_back(finding.kind);
  return found;
}

const std::vector<std::string> kNothing;
const std::vector<std::string> kOneFd = {"fd"};
const std::vector<std::string> kOneThread = {"thread"};

TEST(ResourceFindings, OneThatIsKeptToTheEndIsNoLeak) {
  EXPECT_EQ(kinds(process_with(kShortRun, 1, constant(1))), kNothing);
  EXPECT_EQ(kinds(process_with(kLongRun, 1, constant(1))), kNothing);
}

TEST(ResourceFindings, ManyThatAShortRunNeverClosedAre) {
  EXPECT_EQ(kinds(process_with(kShortRun, 20, constant(20))), kOneFd);
  EXPECT_EQ(kinds(process_with(kShortRun, 1000, constant(20))), kNothing);  // nearly all were closed
}

TEST(ResourceFindings, OfALongRunOnlyThoseWhoseNumberStillRises) {
  EXPECT_EQ(kinds(process_with(kLongRun, 100, constant(50))), kNothing);  // a pool that was filled once
  EXPECT_EQ(kinds(process_with(kLongRun, 10'000, rising(1))), kOneFd);    // one in hundreds is forgotten
}

TEST(ResourceFindings, ManyThatWereNeverClosedAreANoteAfterALongRun) {
  const auto severity = [](std::uint64_t duration_ns) {
    ReportProcess process = process_with(duration_ns, 20, constant(20));
    find_resource_leaks(process, frames());
    return process.findings.at(0).severity;
  };
  EXPECT_EQ(severity(kShortestJudgedRunNs * 2), Severity::kWarning);
  EXPECT_EQ(severity(kLongRun), Severity::kGood);
}

TEST(ResourceFindings, SocketsThatListenAreKeptForGoodReason) {
  ReportProcess process = process_with(kShortRun, 16, constant(16));
  for (std::uint32_t number = 3; number != 19; ++number) {
    ReportDescriptor open;
    open.number = number;
    open.function = "socket";
    open.listening = true;
    open.blamed = FrameId(0);
    process.resources.open_fds.push_back(open);
  }
  EXPECT_EQ(kinds(process), kNothing);
}

TEST(ResourceFindings, WhatNobodyIsToBlameForIsNone) {
  ReportProcess process = process_with(kShortRun, 20, constant(20));
  process.resources.fd_sites[0].blamed.reset();
  EXPECT_EQ(kinds(process), kNothing);
}

ReportProcess process_with_threads(const std::string& state, std::size_t count) {
  ReportProcess process;
  process.duration_ns = kShortRun;
  for (std::size_t i = 0; i != count; ++i) {
    ReportUnjoinedThread thread;
    thread.state = state;
    thread.blamed = FrameId(0);
    process.resources.unjoined_threads.push_back(thread);
  }
  return process;
}

TEST(ResourceFindings, FinishedThreadsThatNobodyJoinedAreLeaks) {
  EXPECT_EQ(kinds(process_with_threads("finished", 1)), kNothing);
  EXPECT_EQ(kinds(process_with_threads("finished", 2)), kOneThread);
}

TEST(ResourceFindings, RunningThreadsAreAPoolFromFourOn) {
  EXPECT_EQ(kinds(process_with_threads("alive", 3)), kNothing);
  EXPECT_EQ(kinds(process_with_threads("alive", 4)), kOneThread);
  EXPECT_EQ(kinds(process_with_threads("unknown", 100)), kNothing);
}

}  // namespace
}  // namespace leak::scan
