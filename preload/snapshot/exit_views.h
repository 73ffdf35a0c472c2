// The two looks at the heap when the program ends: the first when main returns or exit() is entered, while the
// program's objects still stand; the second after its static destructors and exit handlers, when what they should
// have freed is gone. The second is left out when nothing was freed in between.
#pragma once

#include <cstdint>

namespace leak::hook {

// exit() is entered, or main has returned. `stack_pointer` is where the frames end that are still in use; `saved` the
// callee-saved registers (request.h), nullptr after main.
void take_first_exit_view(std::uintptr_t stack_pointer, const std::uint64_t* saved) noexcept;

// After all exit handlers but ours.
void take_last_exit_view() noexcept;

// _exit() and its kin, if LEAKHOOK_SCAN says so.
void take_immediate_exit_view(std::uintptr_t stack_pointer) noexcept;

// leakhook_snapshot(label, LEAKHOOK_GRAPH). False: no graph.
bool take_labelled_view(const char* label, std::uintptr_t stack_pointer, const std::uint64_t* saved) noexcept;

// Which views are wanted; once, before recording starts.
struct ScanSettings;
void choose_exit_views(const ScanSettings& settings) noexcept;
bool wants_exit_views() noexcept;

}  // namespace leak::hook
