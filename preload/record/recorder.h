// From hook arguments to events: takes the time and the stack, writes the raw record into the thread's slot.
// Everything here is called inside a HookScope (the parameter is the proof) and never allocates.
#pragma once

#include <cstddef>
#include <cstdint>

#include "record/hook_frame.h"
#include "record/hook_scope.h"
#include "trace_format/record.h"

namespace leak::hook {

// A block came into being. After the real call: the stamp must be later than the moment when the address
// became ours. `alignment` counts for the kinds that have one (trace::has_extra).
void record_allocation(const HookScope& scope, trace::Op op, const void* block, std::size_t size,
                       std::uint64_t alignment, const HookFrame& frame) noexcept;

// A block goes. Before the real call: once it returns, another thread may get this address, and its
// allocation would carry an earlier stamp than our free.
void record_free(const HookScope& scope, trace::Op op, const void* block, const HookFrame& frame) noexcept;
// The short ways of the two, for nearly all events. Require: the scope was opened as the outermost one, when
// records_plainly() held.
void record_plain_allocation(const HookScope& scope, trace::Op op, const void* block, std::size_t size,
                             std::uint64_t alignment, const HookFrame& frame) noexcept;
void record_plain_free(const HookScope& scope, trace::Op op, const void* block) noexcept;

// Whether frees are recorded with their stacks, too. Set before recording.
extern constinit bool g_free_stacks;

// The moment before the real call, for the functions that take it.
std::uint64_t moment_before() noexcept;

// The same for a block that realloc may end, and whether a sample left it out: once the real call is over,
// its address may be another thread's.
struct BlockBefore {
  std::uint64_t ticks;
  bool is_left_out;
};
BlockBefore before_resize(const void* block) noexcept;

// realloc replaced a block. After the real call succeeded; the old one ended at `before`. old_block may be
// null: then it is an allocation.
void record_resize(const HookScope& scope, trace::Op op, const void* old_block, const BlockBefore& before,
                   const void* block, std::size_t size, const HookFrame& frame) noexcept;

// A block ended at `before`, and only after the call is it certain (realloc(p, 0)).
void record_ended(const HookScope& scope, trace::Op op, const void* block, const BlockBefore& before,
                  const HookFrame& frame) noexcept;

// mmap succeeded. details: trace::pack_mmap_extra.
void record_mapping(const HookScope& scope, const void* address, std::size_t size, std::uint64_t details,
                    const HookFrame& frame) noexcept;

// mremap succeeded; the old mapping ended at `before`.
void record_remapping(const HookScope& scope, const void* old_address, std::size_t old_size,
                      std::uint64_t before, const void* address, std::size_t size,
                      const HookFrame& frame) noexcept;

// munmap succeeded; the range ended at `before`.
void record_unmapping(const HookScope& scope, const void* address, std::size_t size, std::uint64_t before,
                      const HookFrame& frame) noexcept;

// brk or sbrk moved the program break.
void record_break(const HookScope& scope, trace::Op op, const void* old_break, const void* new_break,
                  const HookFrame& frame) noexcept;

// The process ends in a signal handler, perhaps inside another hook, which will then never go on: what was
// deferred is written now.
void record_deferred_at_exit() noexcept;

// A call returned no memory.
void record_failure(const HookScope& scope) noexcept;

// A moment that keeps its place among events whose times are cut to quanta: what came before lies in an
// earlier quantum, or in the same, and what comes after in a later one. Waits for the quantum to end, about a
// microsecond. Any thread, also outside a scope.
std::uint64_t moment_between_quanta() noexcept;

// A snapshot, pause, ... asked for by the program. label may be null.
void record_marker(const HookScope& scope, trace::MarkerKind kind, const char* label) noexcept;

// The program says what shall not be reported as a leak. address: only of kObject.
void record_unreported(const HookScope& scope, trace::UnreportedKind kind, const void* address) noexcept;

}  // namespace leak::hook
