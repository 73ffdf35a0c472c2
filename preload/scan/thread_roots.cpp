#include "scan/thread_roots.h"

#include <algorithm>

#include "scan/thread_layout.h"

namespace leak::hook {

namespace {

using trace::RootKind;

// The ABI lets a function use so much below its stack pointer.
constexpr std::size_t kRedZone = 128;
// In the kernel's order: a stack pointer is where the stack begins, not a pointer that the program holds.
constexpr std::uint32_t kStackPointerRegister = 19;

class ThreadRoots {
 public:
  ThreadRoots(const ThreadContext& context, std::uint32_t number, bool is_main, const MemoryMap& map,
              const NodeIndex& index, RootTable& roots) noexcept
      : context_(context), number_(number), is_main_(is_main), map_(map), index_(index), roots_(roots) {}

  trace::GraphThread add() noexcept {
    for (std::uint32_t i = 0; i != context_.register_count; ++i) {
      if (i != kStackPointerRegister)
        roots_.add_value(RootKind::kRegister, number_, i, context_.registers[i]);
    }
    trace::GraphThread thread;
    thread.tid = static_cast<std::uint32_t>(context_.tid);
    thread.thread_pointer = context_.thread_pointer;
    add_thread_locals();
    AddressRange stack;
    if (context_.stack_pointer != 0) {
      stack = current_stack();
      roots_.add_memory(RootKind::kStack, number_, stack);
      thread.stack_pointer = stack.begin;
      thread.stack_end = stack.end;
      if (stack.begin == stack.end) problems_ |= trace::kProblemUnknownStack;
    }
    add_own_stack_elsewhere(stack);
    return thread;
  }
  std::uint32_t problems() const noexcept { return problems_; }

 private:
  // From the stack pointer on, but not into the thread-local variables at the stack's top.
  AddressRange current_stack() const noexcept {
    const std::uintptr_t pointer = context_.stack_pointer;
    AddressRange within = surroundings(pointer);
    const std::uintptr_t locals = thread_locals().begin;
    if (locals > pointer && locals < within.end) within.end = locals;
    return {std::max(pointer & ~std::uintptr_t{7}, within.begin + kRedZone) - kRedZone, within.end};
  }

  // The block or mapping of the program that `address` lies in (a coroutine may run there), else the kernel's
  // mapping.
  AddressRange surroundings(std::uintptr_t address) const noexcept {
    if (index_.may_hold(address)) {
      const Target target = index_.find(address);
      if (target.node != NodeIndex::kNone) {
        const Node& node = index_[target.node];
        return {node.begin, node.begin + node.bytes};
      }
    }
    const Mapping* const mapping = map_.find(address);
    return mapping == nullptr ? AddressRange{} : mapping->range();
  }

  // A thread that runs on another stack (a signal's, a coroutine's) has left its own somewhere in the middle:
  // all of it counts.
  void add_own_stack_elsewhere(AddressRange current) noexcept {
    AddressRange own;
    if (is_main_) {
      own = main_stack();
    } else if (const AddressRange locals = thread_locals(); locals.begin != 0) {
      own = {surroundings(locals.begin).begin, locals.begin};
    }
    if (current.end != own.end) roots_.add_memory(RootKind::kStack, number_, own);
  }

  AddressRange main_stack() const noexcept {
    for (const Mapping& mapping : std::span(map_.begin(), map_.end())) {
      if (mapping.kind == MappingKind::kMainStack) return mapping.range();
    }
    return {};
  }

  AddressRange thread_locals() const noexcept {
    const ThreadLayout& layout = thread_layout();
    if (layout.control_bytes == 0 || context_.thread_pointer == 0) return {};
    return {context_.thread_pointer - layout.static_tls_bytes, context_.thread_pointer};
  }

  void add_thread_locals() noexcept {
    const AddressRange locals = thread_locals();
    if (locals.begin == 0) {
      problems_ |= trace::kProblemUnknownTls;
      return;
    }
    roots_.add_memory(RootKind::kStaticTls, number_, locals);
    roots_.add_memory(RootKind::kThreadControl, number_,
                      {locals.end, locals.end + thread_layout().control_bytes});
    add_dynamic_locals();
  }

  // The table is reached by a pointer into its middle, the modules' memory by to_free: as starts, both.
  void add_dynamic_locals() noexcept {
    const std::uintptr_t place = context_.thread_pointer + kDtvOffset;
    if (!map_.can_read(place, 8)) return;
    const std::uintptr_t table = *reinterpret_cast<const std::uintptr_t*>(place);
    if ((table & 7) != 0 || !map_.can_read(table - sizeof(DtvEntry), sizeof(DtvEntry))) return;
    roots_.add_value(RootKind::kDynamicTls, number_, place, table - sizeof(DtvEntry));
    const auto* const entries = reinterpret_cast<const DtvEntry*>(table);
    constexpr std::uintptr_t kMostModules = 1 << 16;
    const std::uintptr_t count = entries[-1].value;
    if (count > kMostModules || !map_.can_read(table, (count + 1) * sizeof(DtvEntry))) return;
    for (std::uintptr_t i = 1; i <= count; ++i) {
      if (entries[i].value == kDtvUnallocated || entries[i].value == 0) continue;
      roots_.add_value(RootKind::kDynamicTls, number_, table + i * sizeof(DtvEntry), entries[i].to_free);
    }
  }

  const ThreadContext& context_;
  const std::uint32_t number_;
  const bool is_main_;
  const MemoryMap& map_;
  const NodeIndex& index_;
  RootTable& roots_;
  std::uint32_t problems_ = 0;
};

}  // namespace

std::uint32_t add_thread_roots(std::span<const ThreadContext> contexts, int pid, const MemoryMap& map,
                               const NodeIndex& index, RootTable& roots,
                               GrowingArray<trace::GraphThread>& threads) noexcept {
  std::uint32_t problems = 0;
  for (std::uint32_t number = 0; number != contexts.size(); ++number) {
    ThreadRoots thread(contexts[number], number, contexts[number].tid == pid, map, index, roots);
    if (!threads.push(thread.add())) problems |= trace::kProblemNoMemory;
    problems |= thread.problems();
  }
  return problems;
}

// The library's record of a thread, at the end of its stack, holds its own address twice. The guard below
// tells it from the main thread's record, which the loader has put among its own data.
AddressRange find_thread_stack(const MemoryMap& map, const Mapping& mapping) noexcept {
  const std::size_t control = thread_layout().control_bytes;
  const Mapping* const below = &mapping - 1;
  const bool has_guard = &mapping != map.begin() && below->end == mapping.begin && !below->readable &&
                         !below->writable && below->kind == MappingKind::kAnonymous;
  if (control == 0 || !has_guard) return {};
  constexpr std::uintptr_t kAlignment = 64;
  constexpr std::size_t kSelfWord = 2;
  AddressRange stack;
  ReadableWalk(map).for_each(mapping.range(), [&](AddressRange piece) {
    std::uintptr_t at = (piece.begin + kAlignment - 1) & ~(kAlignment - 1);
    for (; stack.end == 0 && at + control <= piece.end; at += kAlignment) {
      const auto* const words = reinterpret_cast<const std::uintptr_t*>(at);
      if (words[0] == at && words[kSelfWord] == at) stack = {mapping.begin, at + control};
    }
  });
  return stack;
}

}  // namespace leak::hook
