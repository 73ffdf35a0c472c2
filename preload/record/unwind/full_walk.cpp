#include "record/unwind/full_walk.h"

#include "record/unwind/cfi_expression.h"
#include "record/unwind/cfi_program.h"
#include "record/unwind/code_modules.h"

namespace leak::hook::unwind {

namespace {

constexpr std::uint32_t kMaxOwnFrames = 32;

struct State {
  arch::Registers registers;
  Position position;

  std::uintptr_t& sp() noexcept { return registers.value[arch::kStackPointer]; }
  std::uintptr_t& bp() noexcept { return registers.value[arch::kFramePointer]; }
};

enum class Next : std::uint8_t { kCaller, kComplete, kBroken };

bool compute_cfa(const CodeModule& module, const CfiRow& row, const State& state, std::uintptr_t& cfa) noexcept {
  if (row.cfa_is_expression) return evaluate(expression_at(module, row.cfa_offset), state.registers, 0, cfa);
  cfa = state.registers.value[row.cfa_register] + static_cast<std::uintptr_t>(std::int64_t{row.cfa_offset});
  return true;
}

bool caller_register(const CodeModule& module, const State& state, unsigned number, const RegisterRule& rule,
                     std::uintptr_t cfa, std::uintptr_t& value) noexcept {
  const std::uintptr_t at = cfa + static_cast<std::uintptr_t>(std::int64_t{rule.offset});
  std::uintptr_t computed = 0;
  switch (rule.saved) {
    case Saved::kSame:
    case Saved::kUndefined: value = state.registers.value[number]; return true;
    case Saved::kAtOffset: return load_checked(at, value);
    case Saved::kIsOffset: value = at; return true;
    case Saved::kInRegister: value = state.registers.value[rule.offset]; return true;
    case Saved::kAtExpression:
      return evaluate(expression_at(module, rule.offset), state.registers, cfa, computed) &&
             load_checked(computed, value);
    case Saved::kIsExpression: return evaluate(expression_at(module, rule.offset), state.registers, cfa, value);
  }
  return false;
}

Next step_by_row(const CodeModule& module, const CfiRow& row, State& state) noexcept {
  std::uintptr_t cfa = 0;
  if (row.registers[arch::kReturnAddress].saved == Saved::kUndefined) return Next::kComplete;
  if (!compute_cfa(module, row, state, cfa)) return Next::kBroken;
  State caller = state;
  caller.sp() = cfa;
  for (unsigned number = 0; number != arch::kRegisters; ++number) {
    const RegisterRule& rule = row.registers[number];
    if (number == arch::kStackPointer && rule.saved == Saved::kSame) continue;
    if (!caller_register(module, state, number, rule, cfa, caller.registers.value[number])) return Next::kBroken;
  }
  caller.position = caller.registers.value[arch::kReturnAddress];
  if (caller.sp() <= state.sp() || caller.sp() % 8 != 0) return Next::kBroken;
  state = caller;
  if (state.position == 0) return Next::kComplete;
  return state.position < arch::kPcLimit ? Next::kCaller : Next::kBroken;
}

Next leave_signal_frame(State& state) noexcept {
  const std::uintptr_t registers = state.sp() + arch::kSignalRegisters;
  for (unsigned number = 0; number != arch::kRegisters; ++number) {
    const std::uintptr_t slot = registers + arch::kSignalRegister[number] * std::uintptr_t{8};
    if (!load_checked(slot, state.registers.value[number])) return Next::kBroken;
  }
  const std::uintptr_t pc = state.registers.value[arch::kReturnAddress];
  state.position = pc | kExactBit;
  return pc - 1 < arch::kPcLimit && state.sp() % 8 == 0 ? Next::kCaller : Next::kBroken;
}

Next guess_caller(State& state) noexcept {
  const std::uintptr_t bp = state.bp();
  if (bp == 0) return Next::kComplete;
  std::uintptr_t saved_bp = 0;
  std::uintptr_t pc = 0;
  if (bp < state.sp() || bp % 8 != 0 || !load_checked(bp, saved_bp) || !load_checked(bp + 8, pc)) return Next::kBroken;
  state.sp() = bp + arch::kGuessedCfaFromBp;
  state.bp() = saved_bp;
  state.position = pc;
  if (pc == 0) return Next::kComplete;
  return pc < arch::kPcLimit ? Next::kCaller : Next::kBroken;
}

Next step(State& state) noexcept {
  const std::uintptr_t pc = lookup_pc(state.position);
  CodeModule module;
  FrameDescription description;
  if (!find_code_module(pc, module) || !find_frame_description(module, pc, description)) return guess_caller(state);
  if (description.signal_frame) return leave_signal_frame(state);
  CfiRow row;
  if (!run_cfi_program(module, description, pc, row)) return Next::kBroken;
  return step_by_row(module, row, state);
}

bool is_start(const State& state, const CaptureStart& start) noexcept {
  return state.position == start.pc && state.registers.value[arch::kStackPointer] == start.sp;
}

}  // namespace

[[gnu::noinline]] FullWalk walk_fully(StackCapture& capture, const CaptureStart& start) noexcept {
  State state{};
  arch::read_registers(state.registers);
  state.position = state.registers.value[arch::kReturnAddress] | kExactBit;
  for (std::uint32_t i = 0; i != kMaxOwnFrames && !is_start(state, start); ++i) {
    if (step(state) != Next::kCaller) break;
  }
  FullWalk result{0, StackEnd::kComplete};
  if (!is_start(state, start)) {
    capture.steps[result.count++] = {start.sp, start.pc, start.bp, {}};
    result.end = StackEnd::kBroken;
    return result;
  }
  for (Next next = Next::kCaller; next == Next::kCaller;) {
    if (result.count == StackRegion::kMaxFrames - 1) {
      result.end = StackEnd::kTooDeep;
      return result;
    }
    capture.steps[result.count++] = {state.sp(), state.position, state.bp(), {}};
    next = step(state);
    if (next == Next::kBroken) result.end = StackEnd::kBroken;
  }
  return result;
}

}  // namespace leak::hook::unwind
