#include "unit/record/plays.h"

#include <alloca.h>
#include <signal.h>
#include <ucontext.h>

#include <algorithm>
#include <array>
#include <csetjmp>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <regex>
#include <stdexcept>
#include <string>

#include "unit/record/hand_made_code.h"
#include "unit/record/stack_checker.h"

namespace leak::test {
namespace {

thread_local Play* t_play = nullptr;   // for callbacks without an argument
thread_local Random* t_signal_random = nullptr;
thread_local jmp_buf* t_way_back = nullptr;

[[gnu::noinline]] void keep_alive(void* memory) { __asm__ volatile("" : : "r"(memory) : "memory"); }

void go_on() {
  Play* const play = t_play;
  act(*play);
  t_play = play;
}

[[gnu::noinline]] void in_plain_frames(Play& play) {
  char block[24];
  keep_alive(block);
  act(play);
  checkpoint();
}

[[gnu::noinline]] void in_alloca(Play& play) {
  auto* const block = static_cast<char*>(alloca(play.random.below(900) + 1));
  keep_alive(block);
  checkpoint();
  act(play);
  keep_alive(block);
}

[[gnu::noinline]] void in_realigned(Play& play) {
  alignas(64) char block[128];
  auto* const more = static_cast<char*>(alloca(play.random.below(300) + 1));
  keep_alive(block);
  keep_alive(more);
  act(play);
  checkpoint();
  keep_alive(block);
}

[[gnu::noinline]] void throwing(Play& play) {
  act(play);
  throw std::runtime_error("play");
}
[[gnu::noinline]] void in_exceptions(Play& play) {
  try {
    throwing(play);
  } catch (const std::exception&) {
    
    checkpoint();
    act(play);
  }
}

[[gnu::noinline]] void jump_back(Play& play, jmp_buf& way_back) {
  act(play);
  longjmp(way_back, 1);
}
[[gnu::noinline]] void in_longjmp(Play& play) {
  jmp_buf way_back;
  if (setjmp(way_back) == 0) jump_back(play, way_back);
  checkpoint();
}

[[gnu::noinline]] void tail_call(Play& play) {
  checkpoint();
  if (play.random.below(3) != 0) return in_plain_frames(play);
  return in_alloca(play);
}

[[gnu::noinline]] void in_callbacks(Play& play) {
  std::array<int, 5> numbers{5, 3, 1, 4, 2};
  const std::function<bool(int, int)> less = [&](int a, int b) {
    if (play.random.below(6) == 0) act(play);
    checkpoint();
    return a < b;
  };
  std::sort(numbers.begin(), numbers.end(), less);
  t_play = &play;
  std::qsort(numbers.data(), numbers.size(), sizeof(int), [](const void* a, const void* b) {
    if (t_play->random.below(6) == 0) go_on();
    checkpoint();
    return *static_cast<const int*>(b) - *static_cast<const int*>(a);
  });
}

// Deep stacks of small frames, at equal places for different callers.
[[gnu::noinline]] int descend(Play& play, std::uint32_t levels) {
  if (levels == 0) {
    act(play);
    return 0;
  }
  if (levels % 7 == 0) checkpoint();
  return descend(play, levels - 1) + static_cast<int>(play.random.below(2));
}
[[gnu::noinline]] void in_recursion(Play& play) {
  keep_alive(&play);
  descend(play, play.random.below(40));
}

void leave_for_good() {
  go_on();
  longjmp(*t_way_back, 1);
}
[[gnu::noinline]] void in_function_that_ends_with_a_call(Play& play) {
  jmp_buf way_back;
  jmp_buf* const outer = t_way_back;
  t_way_back = &way_back;
  t_play = &play;
  if (setjmp(way_back) == 0) call_at_end(leave_for_good);
  t_way_back = outer;
  checkpoint();
}

[[gnu::noinline]] void in_hand_made_code(Play& play) {
  static HandMadeFunction* const jitted = make_jitted();
  HandMadeFunction* const functions[] = {call_plain,       call_framed,      call_realigned,
                                         call_through_rbx, call_by_expression, call_remembering,
                                         call_clobbering_bp, call_without_cfi, jitted};
  // The last two have no call frame information: seldom, since nothing outside them can be compared.
  t_play = &play;
  functions[play.random.below(play.random.below(10) == 0 ? 9 : 7)](go_on);
  checkpoint();
}

struct Coroutine {
  ucontext_t inside;
  ucontext_t outside;
  Play* play;
  void* stack;
  bool done;
};
void run_coroutine(unsigned high, unsigned low) {
  auto* const self = reinterpret_cast<Coroutine*>(std::uintptr_t{high} << 32 | low);
  for (unsigned i = 0; i != 3; ++i) {
    Play& play = *self->play;
    const bool outer_stack = play.own_stack;
    play.own_stack = false;
    in_plain_frames(play);
    play.own_stack = outer_stack;
    swapcontext(&self->inside, &self->outside);
  }
  self->done = true;
}
[[gnu::noinline]] void in_coroutines(Play& play) {
  constexpr std::size_t kStackBytes = 256 * 1024;
  Coroutine coroutines[3]{};
  for (Coroutine& coroutine : coroutines) {
    coroutine.play = &play;
    coroutine.stack = std::malloc(kStackBytes);
    getcontext(&coroutine.inside);
    coroutine.inside.uc_stack.ss_sp = coroutine.stack;
    coroutine.inside.uc_stack.ss_size = kStackBytes;
    coroutine.inside.uc_link = &coroutine.outside;
    const auto self = reinterpret_cast<std::uintptr_t>(&coroutine);
    makecontext(&coroutine.inside, reinterpret_cast<void (*)()>(run_coroutine), 2,
                static_cast<unsigned>(self >> 32), static_cast<unsigned>(self));
  }
  for (unsigned round = 0; round != 4; ++round) {
    for (Coroutine& coroutine : coroutines) {
      if (!coroutine.done) swapcontext(&coroutine.outside, &coroutine.inside);
      checkpoint();
    }
  }
  for (Coroutine& coroutine : coroutines) std::free(coroutine.stack);
}

[[gnu::noinline]] void in_signals(Play& play) {
  t_signal_random = &play.random;
  raise(play.random.below(2) == 0 ? SIGUSR1 : SIGUSR2);
  checkpoint();
}

[[gnu::noinline]] void in_regex(Play& play) {
  const std::string text = "abcabcabd" + std::to_string(play.random.below(1000));
  const std::regex pattern("(a|b|c)*d([0-9]+)");
  
  if (std::regex_search(text, pattern)) checkpoint();
}

void on_signal(int) {
  Play play{*t_signal_random, 3, 6, false};
  t_signal_random->below(2);
  act(play);
  checkpoint();
}

}  // namespace

void act(Play& play) {
  checkpoint();
  if (play.depth_left == 0 || play.actions_left == 0) return;
  --play.depth_left;
  --play.actions_left;
  const std::uint32_t times = 1 + play.random.below(3);
  for (std::uint32_t i = 0; i != times; ++i) {
    // What wants much stack comes last.
    switch (play.random.below(play.own_stack ? 14 : 9)) {
      case 0: in_plain_frames(play); break;
      case 1: in_alloca(play); break;
      case 2: in_realigned(play); break;
      case 3: in_exceptions(play); break;
      case 4: in_longjmp(play); break;
      case 5: tail_call(play); break;
      case 6: in_callbacks(play); break;
      case 7: in_hand_made_code(play); break;
      case 8: in_function_that_ends_with_a_call(play); break;
      case 9: in_recursion(play); break;
      case 10: in_coroutines(play); break;
      case 11: in_signals(play); break;
      case 12: in_signals(play); break;
      case 13: in_regex(play); break;
    }
    checkpoint();
  }
  ++play.depth_left;
}

void install_signal_plays() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  sigemptyset(&action.sa_mask);
  sigaction(SIGUSR1, &action, nullptr);
  action.sa_flags = SA_ONSTACK;
  sigaction(SIGUSR2, &action, nullptr);
}

AlternateStack::AlternateStack() {
  constexpr std::size_t kBytes = 256 * 1024;
  memory_ = std::make_unique<char[]>(kBytes);
  stack_t stack{};
  stack.ss_sp = memory_.get();
  stack.ss_size = kBytes;
  sigaltstack(&stack, &before_);
}

AlternateStack::~AlternateStack() { sigaltstack(&before_, nullptr); }

}  // namespace leak::test
