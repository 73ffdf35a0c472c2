#include <gtest/gtest.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "record/stack_capture.h"
#include "trace_format/record.h"
#include "unit/record/hand_made_code.h"
#include "unit/record/plays.h"
#include "unit/record/stack_checker.h"

namespace leak::test {
namespace {

class StackCapture : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    install_signal_plays();
    alternate_stack_ = std::make_unique<AlternateStack>();
  }
  static void TearDownTestSuite() { alternate_stack_.reset(); }
  void SetUp() override {
    if (!prepare_checker()) GTEST_SKIP() << "libunwind.so.8 is not installed";
    before_ = check_totals();
  }
  // What this test has added: nothing wrong, and at least `checks` right.
  void expect_all_equal(std::uint64_t checks) const {
    const CheckTotals now = check_totals();
    EXPECT_EQ(now.mismatched - before_.mismatched, 0U) << first_complaint();
    EXPECT_EQ(now.gave_up - before_.gave_up, 0U) << first_complaint();
    EXPECT_EQ(now.bad_deltas - before_.bad_deltas, 0U) << first_complaint();
    EXPECT_GE(now.equal - before_.equal, checks);
    RecordProperty("equal", std::to_string(now.equal - before_.equal));
    RecordProperty("equal_to_guess", std::to_string(now.to_guess - before_.to_guess));
  }

 private:
  static inline std::unique_ptr<AlternateStack> alternate_stack_;
  CheckTotals before_{};
};

void play_random(std::uint64_t seed, std::uint32_t games, bool own_stack = true) {
  for (std::uint32_t game = 0; game != games; ++game) {
    Play play{Random(seed * 1000 + game), 12, 60, own_stack};
    act(play);
  }
}

TEST_F(StackCapture, EqualsFullWalkOnTheMainThread) {
  play_random(1, 250);
  expect_all_equal(80000);
}

TEST_F(StackCapture, EqualsFullWalkOnThreads) {
  std::vector<std::thread> threads;
  for (std::uint64_t seed = 10; seed != 14; ++seed) {
    threads.emplace_back([seed] {
      const AlternateStack alternate_stack;
      play_random(seed, 50);
      release_checker();
    });
  }
  for (std::thread& thread : threads) thread.join();
  expect_all_equal(50000);
}

TEST_F(StackCapture, EqualsFullWalkOnStacksThatTheProgramGave) {
  constexpr std::size_t kBytes = 1U << 20;
  for (int round = 0; round != 3; ++round) {
    void* const stack = mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ASSERT_NE(stack, MAP_FAILED);
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstack(&attributes, stack, kBytes);
    pthread_t thread;
    const auto run = [](void*) -> void* {
      play_random(20, 40, false);
      release_checker();
      return nullptr;
    };
    ASSERT_EQ(pthread_create(&thread, &attributes, run, nullptr), 0);
    pthread_join(thread, nullptr);
    pthread_attr_destroy(&attributes);
    munmap(stack, kBytes);
  }
  expect_all_equal(10000);
}

std::atomic<std::uint64_t> g_interruptions{0};

void interrupted(int) {
  ++g_interruptions;
  checkpoint();
}

// The handler sees every instruction sooner or later: prologues, epilogues, linkage stubs, the vDSO.
TEST_F(StackCapture, EqualsFullWalkAtAnyInstruction) {
  struct sigaction action {};
  action.sa_handler = interrupted;
  action.sa_flags = SA_RESTART;
  sigaction(SIGURG, &action, nullptr);
  timer_t timer;
  sigevent event{};
  event.sigev_notify = SIGEV_SIGNAL;
  event.sigev_signo = SIGURG;
  ASSERT_EQ(timer_create(CLOCK_MONOTONIC, &event, &timer), 0);
  const itimerspec period{{0, 100000}, {0, 100000}};
  timer_settime(timer, 0, &period, nullptr);
  while (g_interruptions < 5000) {
    timespec now;
    for (int i = 0; i != 1000; ++i) clock_gettime(CLOCK_MONOTONIC, &now);
    std::vector<std::string> words;
    for (int i = 0; i != 100; ++i) words.push_back(std::to_string(i * now.tv_nsec));
    std::sort(words.begin(), words.end());
  }
  timer_delete(timer);
  signal(SIGURG, SIG_IGN);
  expect_all_equal(3000);
}

[[gnu::noinline]] std::uint32_t recurse(std::uint32_t levels, std::uint32_t check_every) {
  if (levels % check_every == 0) {
    checkpoint();
  } else {
    capture_unchecked();
  }
  const std::uint32_t result = levels == 0 ? 0 : recurse(levels - 1, check_every) + 1;
  if (levels % check_every == 0) {
    checkpoint();
  } else {
    capture_unchecked();
  }
  return result;
}

TEST_F(StackCapture, CutsOnlyTooDeepStacks) {
  checkpoint();
  const std::uint32_t shallow = last_depth();
  EXPECT_FALSE(last_is_truncated());
  recurse(hook::kMaxCapturedFrames - shallow - 10, 500);
  EXPECT_FALSE(last_is_truncated());
  expect_all_equal(10);
}

TEST_F(StackCapture, KeepsInnermostFramesOfTooDeepStacks) {
  const CheckTotals before = check_totals();
  recurse(20000, 997);
  EXPECT_FALSE(last_is_truncated());
  expect_all_equal(20);
  // Work does not grow with the depth: a few frames an event, though frames are moved out and found again.
  const CheckTotals after = check_totals();
  EXPECT_LT(after.pushed - before.pushed, 40000U * 10);
}

HandMadeFunction* g_inner;
void call_inner() { g_inner(checkpoint); }

TEST_F(StackCapture, FlagsPcsWithoutCallFrameInformation) {
  call_without_cfi(checkpoint);
  EXPECT_EQ(last_pc(0), reinterpret_cast<std::uintptr_t>(call_without_cfi_site));
  EXPECT_EQ(last_flags(0), trace::kPcGuessed);
  EXPECT_EQ(last_flags(1), 0);
  EXPECT_FALSE(last_is_truncated());
  call_plain(checkpoint);
  EXPECT_EQ(last_pc(0), reinterpret_cast<std::uintptr_t>(call_plain_site));
  EXPECT_EQ(last_flags(0), 0);
}

TEST_F(StackCapture, FollowsFramePointersThroughJittedCode) {
  g_inner = make_jitted();
  call_framed(call_inner);
  std::uint32_t framed = 0;
  while (framed != last_depth() && last_pc(framed) != reinterpret_cast<std::uintptr_t>(call_framed_site)) ++framed;
  EXPECT_EQ(framed, 1U);  // call_inner left by a tail call
  EXPECT_FALSE(last_is_truncated());
}

TEST_F(StackCapture, EndsWhereCodeKeepsNoFramePointerEither) {
  g_inner = call_without_frame;
  for (int i = 0; i != 3; ++i) call_clobbering_bp(call_inner);
  EXPECT_EQ(last_pc(0), reinterpret_cast<std::uintptr_t>(call_without_frame_site));
  EXPECT_TRUE(last_is_truncated());
  expect_all_equal(0);
}

TEST_F(StackCapture, FlagsInterruptedPcs) {
  struct sigaction action {};
  action.sa_handler = interrupted;
  sigaction(SIGURG, &action, nullptr);
  raise(SIGURG);
  bool found = false;
  for (std::uint32_t i = 0; i != last_depth(); ++i) found |= (last_flags(i) & trace::kPcExact) != 0;
  EXPECT_TRUE(found);
  expect_all_equal(1);
}

TEST_F(StackCapture, GoesOnInAForkedChild) {
  play_random(30, 5);
  const pid_t child = fork();
  if (child == 0) {
    const CheckTotals before = check_totals();
    hook::prepare_stack_capture();
    play_random(31, 20);
    const CheckTotals now = check_totals();
    _exit(now.mismatched == before.mismatched && now.bad_deltas == before.bad_deltas && now.equal > before.equal ? 0
                                                                                                                 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace leak::test
