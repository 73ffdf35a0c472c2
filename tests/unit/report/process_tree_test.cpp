#include "report/process_tree.h"

#include <gtest/gtest.h>

namespace leak::scan {
namespace {

ReportProcess process(std::uint32_t pid, std::uint32_t parent, std::uint64_t start, const std::string& exe) {
  ReportProcess made;
  made.pid = pid;
  made.parent_pid = parent;
  made.start_time_unix_ns = start;
  made.exe = exe;
  return made;
}

TEST(ProcessTree, PutsParentsBeforeTheirChildren) {
  std::vector<ReportProcess> processes = {process(30, 20, 300, "grandchild"), process(21, 10, 250, "second"),
                                          process(20, 10, 200, "first"), process(10, 1, 100, "root")};
  order_as_tree(processes);
  std::vector<std::string> order;
  for (const ReportProcess& one : processes) order.push_back(std::to_string(one.depth) + one.exe);
  EXPECT_EQ(order, (std::vector<std::string>{"0root", "1first", "2grandchild", "1second"}));
  EXPECT_EQ(processes[2].parent, 1U);
  EXPECT_FALSE(processes[0].parent);
}

TEST(ProcessTree, FollowsExecsOfOnePid) {
  std::vector<ReportProcess> processes = {process(20, 10, 300, "after"), process(20, 10, 200, "before"),
                                          process(10, 1, 100, "sh")};
  order_as_tree(processes);
  EXPECT_EQ(processes[1].exe, "before");
  EXPECT_EQ(processes[2].exe, "after");
  EXPECT_EQ(processes[2].parent, 1U);
}

TEST(ProcessTree, KeepsUnrelatedRunsApart) {
  // The second run got the parent's pid again, later.
  std::vector<ReportProcess> processes = {process(10, 1, 500, "late"), process(20, 10, 200, "child")};
  order_as_tree(processes);
  EXPECT_FALSE(processes[0].parent);
  EXPECT_FALSE(processes[1].parent);
}

}  // namespace
}  // namespace leak::scan
