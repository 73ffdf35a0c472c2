// Call frame instructions: what they say, at one program counter, about every register of the caller.
#pragma once

#include <cstdint>

#include "record/unwind/arch_x86_64.h"
#include "record/unwind/eh_frame.h"

namespace leak::hook::unwind {

enum class Saved : std::uint8_t {
  kSame,             // not touched; the default
  kUndefined,        // lost; for the return address: no caller
  kAtOffset,         // *(cfa + offset)
  kIsOffset,         // cfa + offset itself
  kInRegister,       // in register number `offset`
  kAtExpression,     // at the address that the expression computes
  kIsExpression,     // what the expression computes
};

// Expressions are given as the distance of their length field from the section's header (CfiRow::expression).
struct RegisterRule {
  Saved saved;
  std::int32_t offset;
};

struct CfiRow {
  RegisterRule registers[arch::kRegisters];
  std::uint32_t cfa_register;
  std::int32_t cfa_offset;
  bool cfa_is_expression;  // then cfa_offset is the expression's
};

// false: an instruction that we do not know, or nonsense. `pc` as of lookup_pc().
bool run_cfi_program(const CodeModule& module, const FrameDescription& description, std::uintptr_t pc,
                     CfiRow& row) noexcept;

// A DWARF expression; `length` bytes of operations at `code`.
struct CfiExpression {
  const std::uint8_t* code;
  std::uint64_t length;
};
CfiExpression expression_at(const CodeModule& module, std::int32_t distance) noexcept;

}  // namespace leak::hook::unwind
