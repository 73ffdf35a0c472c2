// The rule of one program counter, made on first sight.
#pragma once

#include "record/unwind/unwind_rule.h"

namespace leak::hook::unwind {

// Any thread; takes no lock and allocates nothing. Never fails: what cannot be expressed is kFullWalk, what is no
// code is kUnknown.
Rule compile_rule(Position position) noexcept;

// Whether call frame information covers `position`; without it the rule is a guess.
bool has_cfi(Position position) noexcept;

}  // namespace leak::hook::unwind
