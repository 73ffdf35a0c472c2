#include "scan/team.h"

#include <dirent.h>
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <set>
#include <string>

#include "sys/own_memory.h"
#include "sys/syscalls.h"

namespace leak::hook {
namespace {

std::set<std::string> threads_of_this_process() {
  std::set<std::string> names;
  DIR* const tasks = opendir("/proc/self/task");
  while (const dirent* const entry = readdir(tasks)) names.insert(entry->d_name);
  closedir(tasks);
  return names;
}

int ranges_of_our_memory() {
  int count = 0;
  sys::visit_own_memory([](void* context, std::uintptr_t, std::uintptr_t) { ++*static_cast<int*>(context); },
                        &count);
  return count;
}

// Each waits until all are there: so all have to come.
void meet(Team& team, unsigned members) {
  std::atomic<unsigned> there{0};
  std::atomic<unsigned> seen{0};
  team.run([&](unsigned member) {
    seen.fetch_or(1U << member);
    there.fetch_add(1);
    while (there.load() != members) sys::raw_syscall(SYS_sched_yield);
  });
  EXPECT_EQ(seen.load(), (1U << members) - 1);
  EXPECT_EQ(there.load(), members);
}

TEST(Team, WorksAloneWithoutHelpers) {
  Team team;
  team.gather(0);
  for (int round = 0; round != 3; ++round) meet(team, 1);
}

TEST(Team, WorksWithHelpersRoundAfterRound) {
  Team team;
  team.gather(Team::kMostHelpers);
  for (int round = 0; round != 20; ++round) meet(team, Team::kMostHelpers + 1);
}

TEST(Team, WaitsForThoseAtWorkAndForNobodyElse) {
  Team team;
  team.gather(Team::kMostHelpers);
  for (int round = 0; round != 2000; ++round) {
    std::atomic<unsigned> begun{0}, ended{0};
    team.run([&](unsigned) {
      begun.fetch_add(1);
      ended.fetch_add(1);
    });
    const unsigned at_return = begun.load();
    EXPECT_GE(at_return, 1U);
    EXPECT_EQ(ended.load(), at_return);
  }
}

TEST(Team, LeavesNoThreadAndNoMemory) {
  const auto threads_before = threads_of_this_process();
  const int memory_before = ranges_of_our_memory();
  for (int time = 0; time != 20; ++time) {
    Team team;
    team.gather(2);
    meet(team, 3);
    EXPECT_EQ(threads_of_this_process().size(), threads_before.size() + 2);
    team.dismiss();
    EXPECT_EQ(threads_of_this_process(), threads_before);
  }
  EXPECT_EQ(ranges_of_our_memory(), memory_before);
}

// In a process of its own: what it forbids itself it forbids for ever.
TEST(Team, WorksAloneWhereThreadsAreRefused) {
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    sock_filter rules[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EAGAIN),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const sock_fprog program{sizeof(rules) / sizeof(rules[0]), rules};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) {
      _exit(77);
    }
    Team team;
    team.gather(2);
    unsigned calls = 0;
    team.run([&](unsigned) { ++calls; });
    _exit(calls == 1 ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  if (WEXITSTATUS(status) == 77) GTEST_SKIP() << "no system-call filters here";
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace leak::hook
