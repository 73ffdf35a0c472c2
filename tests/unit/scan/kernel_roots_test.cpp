// Pointers that only the kernel holds.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/epoll.h>

#include <csignal>
#include <ctime>

#include "unit/scan/test_heap.h"

namespace leak::hook {
namespace {

using test::TestHeap;
using ::testing::IsEmpty;
using trace::RootKind;

class KernelRoots : public ::testing::Test {
 protected:
  TestHeap heap_;
};

TEST_F(KernelRoots, FindPointersHeldByEpoll) {
  const std::uintptr_t a = heap_.block(24);
  const int epoll = epoll_create1(0);
  int pipes[2];
  ASSERT_EQ(pipe(pipes), 0);
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = a;
  ASSERT_EQ(epoll_ctl(epoll, EPOLL_CTL_ADD, pipes[0], &event), 0);
  event.data.u64 = 0;
  const auto roots = test::scan(test::request_for(heap_)).roots_to(0);
  ASSERT_EQ(roots.size(), 1U);
  EXPECT_EQ(roots[0].kind, RootKind::kEpoll);
  EXPECT_EQ(roots[0].context, static_cast<std::uint32_t>(epoll));
  EXPECT_EQ(roots[0].where, static_cast<std::uint64_t>(pipes[0]));
  for (const int descriptor : {epoll, pipes[0], pipes[1]}) close(descriptor);
  EXPECT_THAT(test::scan(test::request_for(heap_)).roots, IsEmpty());
}

TEST_F(KernelRoots, FindPointersHeldByTimers) {
  if (access("/proc/self/timers", R_OK) != 0) GTEST_SKIP() << "no /proc/self/timers";
  const std::uintptr_t a = heap_.block(24);
  sigevent event{};
  event.sigev_notify = SIGEV_SIGNAL;
  event.sigev_signo = SIGUSR1;
  event.sigev_value.sival_ptr = reinterpret_cast<void*>(a + 16);
  timer_t timer{};
  ASSERT_EQ(timer_create(CLOCK_MONOTONIC, &event, &timer), 0);
  const auto roots = test::scan(test::request_for(heap_)).roots_to(0);
  ASSERT_EQ(roots.size(), 1U);
  EXPECT_EQ(roots[0].kind, RootKind::kTimer);
  EXPECT_EQ(roots[0].to_offset, 16U);
  timer_delete(timer);
}

}  // namespace
}  // namespace leak::hook
