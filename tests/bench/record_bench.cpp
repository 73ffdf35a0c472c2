// Cost of the hooks' own work: an event from its arguments to the raw record in the thread's slot, its stack
// taken. No allocator is called and nothing is compressed; full slots are given back as they are.
#include <benchmark/benchmark.h>

#include <cstdint>

#include "bench/programs/call_tree.h"
#include "buffer/live.h"
#include "buffer/recording.h"
#include "record/recorder.h"
#include "record/stack_capture.h"
#include "sys/pages.h"

namespace {

namespace hook = leak::hook;
namespace trace = leak::trace;

bool start_recording() {
  constexpr std::size_t kBytes = hook::SlotPool::kSlotsPerSegment * trace::kSlotBytes;
  void* const memory = leak::sys::map_pages(kBytes);
  if (memory == nullptr) return false;
  hook::g_recording.slots.pool().add_segment(memory);
  hook::prepare_stack_capture();
  hook::g_live.state.store(hook::Live::kRecording, std::memory_order_relaxed);
  return true;
}

// What the writer thread would do, without its work.
void give_slots_back() {
  hook::SlotPool& pool = hook::g_recording.slots.pool();
  for (hook::Slot* slot = pool.collect(); slot != nullptr;) {
    hook::Slot* const next = pool.next(slot);
    pool.release(slot);
    slot = next;
  }
}

struct Work {
  std::uint32_t random = 1;
  std::uint64_t pairs = 0;
};

// As the exported functions are built: with a frame pointer, not inlined.
[[gnu::noinline, gnu::optimize("no-omit-frame-pointer")]] void malloc_hook(const void* block,
                                                                           std::size_t size) {
  const hook::HookFrame frame = LEAKHOOK_FRAME();
  const hook::HookScope scope(frame);
  hook::record_allocation(scope, trace::Op::kMalloc, block, size, 0, frame);
}

[[gnu::noinline, gnu::optimize("no-omit-frame-pointer")]] void free_hook(const void* block) {
  const hook::HookFrame frame = LEAKHOOK_FRAME();
  const hook::HookScope scope(frame);
  hook::record_free(scope, trace::Op::kFree, block, frame);
}

void record_a_pair(void* context) {
  auto& work = *static_cast<Work*>(context);
  const std::uint32_t random = next_random(&work.random);
  const auto* const block = reinterpret_cast<const void*>(0x555500000000 + random % 4096 * 512UL);
  free_hook(block);
  malloc_hook(block, 16 + (random >> 12) % 500);
  ++work.pairs;
}

// An iteration is some 1,100 pairs of malloc and free, so that taking turns with the writer costs nothing.
void record(benchmark::State& state) {
  static const bool started = start_recording();
  if (!started) {
    state.SkipWithError("no memory");
    return;
  }
  Work work;
  CallTree tree{1, record_a_pair, &work};
  for (auto unused : state) {
    static_cast<void>(unused);
    call_at_depth(&tree, static_cast<int>(state.range(0)), 500);
    give_slots_back();
  }
  const auto events = static_cast<double>(work.pairs * 2);
  state.SetItemsProcessed(static_cast<std::int64_t>(events));
  state.counters["per_event"] =
      benchmark::Counter(events, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

BENCHMARK(record)->ArgName("depth")->Arg(5)->Arg(20)->Arg(60);

}  // namespace

BENCHMARK_MAIN();
