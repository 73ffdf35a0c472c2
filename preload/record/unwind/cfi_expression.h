// DWARF expressions as call frame information uses them.
#pragma once

#include <cstdint>

#include "record/unwind/arch_x86_64.h"
#include "record/unwind/cfi_program.h"

namespace leak::hook::unwind {

// false: an operation that we do not know, or memory that cannot be read. `initial` is pushed first.
bool evaluate(CfiExpression expression, const arch::Registers& registers, std::uintptr_t initial,
              std::uintptr_t& result) noexcept;

// A word of memory that may not be there.
bool load_checked(std::uintptr_t address, std::uintptr_t& value) noexcept;

}  // namespace leak::hook::unwind
