// Cost of the writer's work: raw events split into columns (add), and the columns compressed (compress).
#include <benchmark/benchmark.h>

#include <cstdint>
#include <memory>

#include "sink/batch.h"
#include "sink/compressor.h"
#include "sys/pages.h"
#include "trace_format/raw_codec.h"

namespace {

using leak::hook::Batch;
using leak::hook::Compressor;
using leak::hook::Slot;
using leak::hook::SlotPool;
namespace trace = leak::trace;

// Blocks of a heap of 4,096 that are replaced in no order; three frames of the stack are new each time.
class EventSource {
 public:
  void fill(Slot* slot) {
    std::uint64_t* out = leak::hook::slot_data(slot);
    const std::uint64_t* const end = leak::hook::slot_end(slot);
    for (std::uint32_t push = 20; end - out > 64; push = 3) {
      out = trace::put_raw_event_head(out, free_event());
      out = trace::put_raw_event_head(out, malloc_event(push));
      for (std::uint32_t i = 0; i < push; i += 2) *out++ = next() % 200 + 1 + ((next() % 200 + 1) << 32);
      events_ += 2;
    }
    const auto used =
        reinterpret_cast<std::uintptr_t>(out) - reinterpret_cast<std::uintptr_t>(leak::hook::slot_data(slot));
    slot->used.store(static_cast<std::uint32_t>(used), std::memory_order_relaxed);
  }
  std::uint64_t events() const { return events_; }

 private:
  std::uint64_t next() {
    random_ = random_ * 6364136223846793005U + 1442695040888963407U;
    return random_ >> 33;
  }
  trace::Event free_event() {
    trace::Event event{};
    event.op = trace::Op::kFree;
    event.ticks = ticks_ += 80 + next() % 64;
    event.address = address_ = 0x55550000'0000 + next() % 4096 * 512;
    return event;
  }
  trace::Event malloc_event(std::uint32_t push) {
    trace::Event event{};
    event.op = trace::Op::kMalloc;
    event.ticks = ticks_ += 80 + next() % 64;
    event.address = address_;
    event.size = 16 + next() % 480;
    event.has_stack = true;
    event.keep = push == 3 ? 17 : 0;
    event.push = push;
    return event;
  }

  std::uint64_t random_ = 1;
  std::uint64_t ticks_ = 1'000'000;
  std::uint64_t address_ = 0;
  std::uint64_t events_ = 0;
};

struct Sink {
  SlotPool pool;
  Compressor compressor;
  Batch batch;
  EventSource source;

  bool open(int level, bool address_model) {
    constexpr std::size_t kBytes = SlotPool::kSlotsPerSegment * trace::kSlotBytes;
    void* const memory = leak::sys::map_pages(kBytes);
    if (memory == nullptr) return false;
    pool.add_segment(memory);
    return compressor.open(level) && batch.open(address_model);
  }
};

enum class Part { kAdd, kCompress, kBoth };

// One iteration: a full batch. `part` is what is timed of it.
void encode(benchmark::State& state, Part part) {
  const auto sink = std::make_unique<Sink>();
  if (!sink->open(static_cast<int>(state.range(0)), state.range(1) != 0)) {
    state.SkipWithError("no memory");
    return;
  }
  std::uint64_t bytes = 0;
  for (auto unused : state) {
    static_cast<void>(unused);
    state.PauseTiming();
    Slot* slots[Batch::kMaxSections];
    for (Slot*& slot : slots) {
      slot = sink->pool.take(trace::ChunkKind::kEvents, 1);
      sink->source.fill(slot);
    }
    if (part != Part::kCompress) state.ResumeTiming();
    for (Slot* const slot : slots) sink->batch.add(slot);
    if (part == Part::kAdd) state.PauseTiming();
    if (part == Part::kCompress) state.ResumeTiming();
    trace::ChunkHeader header;
    bytes += sink->batch.compress(sink->compressor, header).bytes;
    if (part != Part::kAdd) state.PauseTiming();
    sink->batch.release(sink->pool);
    state.ResumeTiming();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(sink->source.events()));
  state.counters["bytes/event"] = static_cast<double>(bytes) / static_cast<double>(sink->source.events());
}

BENCHMARK_CAPTURE(encode, add, Part::kAdd)->ArgNames({"level", "address_model"})->Args({1, 0})->Args({1, 1});
BENCHMARK_CAPTURE(encode, compress, Part::kCompress)
    ->ArgNames({"level", "address_model"})
    ->Args({-3, 0})
    ->Args({1, 0})
    ->Args({3, 0})
    ->Args({1, 1});
BENCHMARK_CAPTURE(encode, both, Part::kBoth)
    ->ArgNames({"level", "address_model"})
    ->Args({1, 0})
    ->Args({1, 1});

}  // namespace

BENCHMARK_MAIN();
