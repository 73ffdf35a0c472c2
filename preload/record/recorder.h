// From hook arguments to events: takes the time and the stack, writes the raw record into the thread's slot.
// Everything here is called inside a HookScope (the parameter is the proof) and never allocates.
#pragma once

#include <cstddef>
#include <cstdint>

#include "record/hook_scope.h"
#include "record/stack_capture.h"
#include "trace_format/record.h"

namespace leak::hook {

// A block or mapping came into being. After the real call: the stamp must be later than the moment when the
// address became ours.
void record_allocation(const HookScope& scope, trace::Op op, const void* block, std::size_t size,
                       std::uint64_t extra, const CaptureStart& start) noexcept;

// A block goes. Before the real call: once it returns, another thread may get this address, and its allocation
// would carry an earlier stamp than our free.
void record_free(const HookScope& scope, trace::Op op, const void* block) noexcept;

// The moment before the real call, for record_resize and record_unmapping.
std::uint64_t moment_before() noexcept;

// A block (realloc) or mapping (mremap) was replaced. After the real call succeeded; the old one ended at
// `before`. old_block may be null: then it is an allocation. `extra`: mremap's old size.
void record_resize(const HookScope& scope, trace::Op op, const void* old_block, std::uint64_t before,
                   const void* block, std::size_t size, std::uint64_t extra,
                   const CaptureStart& start) noexcept;

// A block ended at `before`, and only after the call is it certain (realloc(p, 0)).
void record_ended(const HookScope& scope, trace::Op op, const void* block, std::uint64_t before) noexcept;

// munmap succeeded; the range ended at `before`.
void record_unmapping(const HookScope& scope, const void* address, std::size_t size, std::uint64_t before,
                      const CaptureStart& start) noexcept;

// brk or sbrk moved the program break.
void record_break(const HookScope& scope, trace::Op op, const void* old_break, const void* new_break,
                  const CaptureStart& start) noexcept;

// The process ends in a signal handler, perhaps inside another hook, which will then never go on: what was
// deferred is written now.
void record_deferred_at_exit() noexcept;

// A call returned no memory.
void record_failure(const HookScope& scope) noexcept;

// A snapshot, pause, ... asked for by the program. label may be null.
void record_marker(const HookScope& scope, trace::MarkerKind kind, const char* label) noexcept;

}  // namespace leak::hook
