// Where the C library keeps what belongs to a thread, as offsets from its thread pointer. Asked once, from
// the library itself: the debugger's interface exports the sizes.
#pragma once

#include <cstddef>
#include <cstdint>

namespace leak::hook {

struct ThreadLayout {
  std::size_t control_bytes =
      0;  // of the library's record of a thread, which begins at the thread pointer; 0: unknown
  std::size_t static_tls_bytes = 0;  // of the thread-local variables that end there
};

// The table of a thread's modules (DTV): the thread pointer's second word points at its entry 0; the entry
// before holds the number of entries, and there the table's memory begins.
inline constexpr std::size_t kDtvOffset = 8;
struct DtvEntry {
  std::uintptr_t value;    // of a module's variables; kDtvUnallocated: not yet used by this thread
  std::uintptr_t to_free;  // the memory they lie in; 0 when they are static
};
inline constexpr std::uintptr_t kDtvUnallocated = ~std::uintptr_t{0};

// Once at start-up, outside any lock of ours.
void resolve_thread_layout() noexcept;

const ThreadLayout& thread_layout() noexcept;

}  // namespace leak::hook
