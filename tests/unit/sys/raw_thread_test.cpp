#include "sys/raw_thread.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <csignal>

#include "sys/syscalls.h"

namespace leak::sys {
namespace {

struct Observed {
  std::atomic<int> tid{0};
  std::atomic<long> open_result{0};
  std::atomic<std::uint64_t> blocked_signals{0};
};

int observe(void* data) noexcept {
  Observed& observed = *static_cast<Observed*>(data);
  close_all_descriptors();
  observed.tid = gettid();
  observed.open_result = raw_syscall(SYS_openat, AT_FDCWD, as_arg("/dev/null"), O_RDONLY, 0);
  std::uint64_t mask = 0;
  raw_syscall(SYS_rt_sigprocmask, SIG_BLOCK, 0, as_arg(&mask), sizeof(mask));
  observed.blocked_signals = mask;
  return 0;
}

TEST(RawThread, HasItsOwnDescriptorTable) {
  int pipe_ends[2];
  ASSERT_EQ(pipe(pipe_ends), 0);
  RawThread thread;
  Observed observed;
  ASSERT_EQ(start_raw_thread(thread, observe, &observed), 0);
  join_raw_thread(thread);
  EXPECT_NE(observed.tid, 0);
  EXPECT_NE(observed.tid, gettid());
  EXPECT_EQ(observed.open_result, 0) << "its table was empty, so the first descriptor is 0";
  EXPECT_EQ(write(pipe_ends[1], "x", 1), 1) << "ours is untouched";
  close(pipe_ends[0]);
  close(pipe_ends[1]);
}

TEST(RawThread, TakesNoSignals) {
  RawThread thread;
  Observed observed;
  ASSERT_EQ(start_raw_thread(thread, observe, &observed), 0);
  join_raw_thread(thread);
  for (const int signal : {SIGINT, SIGTERM, SIGCHLD, SIGALRM, SIGPROF, 32, 33}) {
    EXPECT_NE(observed.blocked_signals & (std::uint64_t{1} << (signal - 1)), 0U) << signal;
  }
  sigset_t ours;
  pthread_sigmask(SIG_BLOCK, nullptr, &ours);
  EXPECT_EQ(sigismember(&ours, SIGTERM), 0) << "the starter's own mask is as before";
}

}  // namespace
}  // namespace leak::sys
