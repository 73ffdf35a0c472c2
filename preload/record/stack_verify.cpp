#include "record/stack_verify.h"

#include <dlfcn.h>

#define UNW_LOCAL_ONLY
#include <libunwind.h>

#include <atomic>

#include "record/pc_table.h"
#include "record/unwind/capture_state.h"
#include "record/unwind/cfi_compiler.h"

namespace leak::hook {

namespace {

constexpr std::uint32_t kMaxOwnFrames = 32;

struct Referee {
  int (*get_context)(unw_context_t*);
  int (*start)(unw_cursor_t*, unw_context_t*);
  int (*step)(unw_cursor_t*);
  int (*get_register)(unw_cursor_t*, int, unw_word_t*);
  void (*flush)(unw_addr_space_t, unw_word_t, unw_word_t);
  unw_addr_space_t* address_space;
};
constinit Referee g_referee{};
constinit std::atomic<bool> g_prepared{false};
constinit std::atomic<std::uint32_t> g_flushed_generation{0};

#define LEAKHOOK_TEXT_OF(name) LEAKHOOK_TEXT_OF_EXPANDED(name)
#define LEAKHOOK_TEXT_OF_EXPANDED(name) #name

template <class T>
bool find_symbol(void* library, const char* name, T& out) noexcept {
  out = reinterpret_cast<T>(dlsym(library, name));
  return out != nullptr;
}

struct Position {
  std::uintptr_t pc;
  std::uintptr_t sp;
};

Position position_of(unw_cursor_t& cursor) noexcept {
  unw_word_t pc = 0;
  unw_word_t sp = 0;
  g_referee.get_register(&cursor, UNW_REG_IP, &pc);
  g_referee.get_register(&cursor, UNW_REG_SP, &sp);
  return {pc, sp};
}

// Through our own frames to the hook's caller.
bool go_to(unw_cursor_t& cursor, const CaptureStart& start) noexcept {
  for (std::uint32_t i = 0; i != kMaxOwnFrames; ++i) {
    const Position here = position_of(cursor);
    if (here.pc == start.pc && here.sp == start.sp) return true;
    if (g_referee.step(&cursor) <= 0) return false;
  }
  return false;
}

// Beyond this frame libunwind guesses too, or does not see that the stack was begun by hand.
bool is_guess(StackCapture& capture, unwind::Position position) noexcept {
  using unwind::Cfa;
  const Cfa cfa = capture.rules.find(position, capture.generation).cfa();
  return cfa == Cfa::kGuess || cfa == Cfa::kUnknown || (cfa == Cfa::kOutermost && !unwind::has_cfi(position));
}

// What it means that libunwind ends where we have `ours` (0: we end too).
StackVerdict verdict_at_end(const unwind::StackRegion& region, std::uint32_t frame, std::uintptr_t ours,
                            int last_step) noexcept {
  if (ours == 0 && region.end == unwind::StackEnd::kComplete) return {StackCheck::kEqual, frame, 0, 0};
  if (last_step < 0 || ours == 0) return {StackCheck::kRefereeGaveUp, frame, ours, 0};
  return {StackCheck::kMismatch, frame, ours, 0};
}

StackVerdict compare(StackCapture& capture, unw_cursor_t& cursor) noexcept {
  const unwind::StackRegion& region = *capture.last;
  std::uint32_t frame = 0;
  for (std::uint32_t index = region.count; index != 0; --index, ++frame) {
    const unwind::Position position = region.frames[index].position;
    const Position theirs = position_of(cursor);
    if (theirs.pc != unwind::pc_of(position)) {
      return {StackCheck::kMismatch, frame, unwind::pc_of(position), theirs.pc};
    }
    if (is_guess(capture, position)) return {StackCheck::kEqualToGuess, frame, 0, 0};
    const int more = g_referee.step(&cursor);
    if (more <= 0 || position_of(cursor).pc == 0) {
      const std::uintptr_t ours = index == 1 ? 0 : unwind::pc_of(region.frames[index - 1].position);
      return verdict_at_end(region, frame + 1, ours, more);
    }
  }
  if (region.end == unwind::StackEnd::kTooDeep) return {StackCheck::kEqual, frame, 0, 0};
  return {StackCheck::kMismatch, frame, 0, position_of(cursor).pc};
}

}  // namespace

bool prepare_stack_verification() noexcept {
  void* const library = dlopen("libunwind.so.8", RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return false;
  Referee found{};
  if (!find_symbol(library, LEAKHOOK_TEXT_OF(unw_tdep_getcontext), found.get_context) ||
      !find_symbol(library, LEAKHOOK_TEXT_OF(unw_init_local), found.start) ||
      !find_symbol(library, LEAKHOOK_TEXT_OF(unw_step), found.step) ||
      !find_symbol(library, LEAKHOOK_TEXT_OF(unw_get_reg), found.get_register) ||
      !find_symbol(library, LEAKHOOK_TEXT_OF(unw_flush_cache), found.flush) ||
      !find_symbol(library, LEAKHOOK_TEXT_OF(unw_local_addr_space), found.address_space)) {
    return false;
  }
  g_referee = found;
  g_prepared.store(true, std::memory_order_release);  // pairs with the load in verify_stack()
  return true;
}

[[gnu::noinline]] StackVerdict verify_stack(StackCapture& capture, const CaptureStart& start) noexcept {
  if (!g_prepared.load(std::memory_order_acquire) || capture.last == nullptr) {
    return {StackCheck::kUnavailable, 0, 0, 0};
  }
  const std::uint32_t generation = code_generation();
  if (g_flushed_generation.exchange(generation, std::memory_order_relaxed) != generation) forget_referee_cache();
  StackVerdict verdict{StackCheck::kUnavailable, 0, 0, 0};
  for (unsigned attempt = 0; attempt != 2; ++attempt) {
    unw_context_t context;
    unw_cursor_t cursor;
    g_referee.get_context(&context);
    if (g_referee.start(&cursor, &context) != 0 || !go_to(cursor, start)) return {StackCheck::kRefereeGaveUp, 0, 0, 0};
    verdict = compare(capture, cursor);
    if (verdict.check != StackCheck::kMismatch) break;
    forget_referee_cache();
  }
  return verdict;
}

void forget_referee_cache() noexcept {
  if (g_referee.flush != nullptr) g_referee.flush(*g_referee.address_space, 0, 0);
}

}  // namespace leak::hook
