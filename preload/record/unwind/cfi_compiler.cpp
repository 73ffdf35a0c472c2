#include "record/unwind/cfi_compiler.h"

#include <cstring>

#include "record/unwind/byte_reader.h"
#include "record/unwind/cfi_program.h"
#include "record/unwind/code_modules.h"
#include "sys/memory_probe.h"

namespace leak::hook::unwind {

namespace {

constexpr Rule kFullWalkRule{Cfa::kFullWalk, SavedBp::kSame, 0, 0};

// DW_OP_breg<fp> offset, and nothing else but `tail` bytes. What gcc writes for realigned frames.
bool is_bp_plus_offset(CfiExpression expression, std::uint64_t tail, std::int32_t& offset) noexcept {
  ByteReader in(expression.code, expression.code + expression.length);
  if (in.byte() != 0x70 + arch::kFramePointer) return false;
  const std::int64_t value = in.sleb();
  offset = static_cast<std::int32_t>(value);
  return in.ok() && in.left() == tail && offset == value;
}

bool cfa_rule(const CodeModule& module, const CfiRow& row, Rule& rule) noexcept {
  rule.cfa_offset = row.cfa_offset;
  if (row.cfa_is_expression) {
    constexpr std::uint8_t kDeref = 0x06;
    const CfiExpression expression = expression_at(module, row.cfa_offset);
    rule.cfa = Cfa::kFromBpSlot;
    return is_bp_plus_offset(expression, 1, rule.cfa_offset) &&
           expression.code[expression.length - 1] == kDeref;
  }
  rule.cfa = row.cfa_register == arch::kFramePointer ? Cfa::kFromBp : Cfa::kFromSp;
  return row.cfa_register == arch::kFramePointer || row.cfa_register == arch::kStackPointer;
}

bool bp_rule(const CodeModule& module, const RegisterRule& saved, Rule& rule) noexcept {
  switch (saved.saved) {
    case Saved::kSame:
    case Saved::kUndefined: return true;
    case Saved::kAtOffset:
      rule.saved_bp = SavedBp::kAtCfa;
      rule.bp_offset = saved.offset;
      return true;
    case Saved::kAtExpression:
      rule.saved_bp = SavedBp::kAtBp;
      return is_bp_plus_offset(expression_at(module, saved.offset), 0, rule.bp_offset);
    default: return false;
  }
}

Rule rule_of_row(const CodeModule& module, const CfiRow& row) noexcept {
  Rule rule{};
  const RegisterRule& return_address = row.registers[arch::kReturnAddress];
  if (return_address.saved == Saved::kUndefined) return {Cfa::kOutermost, SavedBp::kSame, 0, 0};
  const bool plain = return_address.saved == Saved::kAtOffset &&
                     return_address.offset == arch::kReturnAddressFromCfa &&
                     row.registers[arch::kStackPointer].saved == Saved::kSame;
  if (!plain || !cfa_rule(module, row, rule)) return kFullWalkRule;
  if (!bp_rule(module, row.registers[arch::kFramePointer], rule)) return kFullWalkRule;
  return rule;
}

bool follows_call(Position position) noexcept {
  unsigned char code[8];
  const std::uintptr_t pc = pc_of(position);
  if (pc < sizeof(code)) return false;
  const std::uintptr_t first = (pc - sizeof(code)) & ~std::uintptr_t{7};
  if (!sys::is_readable(first) || !sys::is_readable((pc - 1) & ~std::uintptr_t{7})) return false;
  std::memcpy(code, reinterpret_cast<const void*>(pc - sizeof(code)), sizeof(code));
  return arch::ends_in_call(code);
}

bool find_cfi(std::uintptr_t pc, CodeModule& module, FrameDescription& description) noexcept {
  return find_code_module(pc, module) && find_frame_description(module, pc, description);
}

// A return address that is the first instruction of a function, and no code before it: nobody called from there. It
// was put at the top of a fresh stack by hand, as makecontext does.
bool starts_a_stack(Position position) noexcept {
  CodeModule module;
  FrameDescription description;
  return !is_exact(position) && find_cfi(pc_of(position), module, description) &&
         description.code_begin == pc_of(position);
}

// Code of a just-in-time compiler, or assembler without call frame information.
Rule rule_without_cfi(Position position) noexcept {
  if (starts_a_stack(position)) return {Cfa::kOutermost, SavedBp::kSame, 0, 0};
  const bool code = is_exact(position) ? sys::is_readable(pc_of(position) & ~std::uintptr_t{7}) : follows_call(position);
  return {code ? Cfa::kGuess : Cfa::kUnknown, SavedBp::kSame, 0, 0};
}

}  // namespace

Rule compile_rule(Position position) noexcept {
  const std::uintptr_t pc = lookup_pc(position);
  CodeModule module;
  FrameDescription description;
  if (!find_cfi(pc, module, description)) return rule_without_cfi(position);
  if (description.signal_frame) return {Cfa::kSignalFrame, SavedBp::kSame, 0, 0};
  CfiRow row;
  if (!run_cfi_program(module, description, pc, row)) return kFullWalkRule;
  return rule_of_row(module, row);
}

bool has_cfi(Position position) noexcept {
  CodeModule module;
  FrameDescription description;
  return find_cfi(lookup_pc(position), module, description);
}

}  // namespace leak::hook::unwind
