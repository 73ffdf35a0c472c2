// Cost of taking a stack: our incremental walk against a full walk by libunwind, at several depths.
//
// Between two captures a random part of the inner frames changes, as between the allocations of a program:
// about three of them are new each time.
#define UNW_LOCAL_ONLY
#include <libunwind.h>

#include <benchmark/benchmark.h>

#include <cstdint>

#include "record/stack_capture.h"
#include "sys/pages.h"

namespace {

using leak::hook::StackCapture;

enum class Unwinder { kNone, kOurs, kLibunwind };

struct Bench {
  benchmark::State& state;
  StackCapture* capture;
  Unwinder unwinder;
  std::uint32_t random;
  std::uint64_t frames;
  std::uint64_t new_frames;
  std::uint64_t captures;
};

[[gnu::noinline]] void take(Bench& bench) {
  ++bench.captures;
  if (bench.unwinder == Unwinder::kOurs) {
    const leak::hook::StackDelta delta = capture_stack(*bench.capture, LEAKHOOK_FRAME().caller());
    bench.frames += delta.keep + delta.push;
    bench.new_frames += delta.push;
  } else if (bench.unwinder == Unwinder::kLibunwind) {
    void* pcs[256];
    bench.frames += static_cast<std::uint64_t>(unw_backtrace(pcs, 256));
    benchmark::DoNotOptimize(pcs);
  }
}

// Three levels, each entered again or not: about two captures a round.
[[gnu::noinline]] void inner(Bench& bench) {
  take(bench);
  benchmark::ClobberMemory();
}
[[gnu::noinline]] void middle(Bench& bench) {
  inner(bench);
  if ((bench.random & 0x10000) != 0) inner(bench);
  benchmark::ClobberMemory();
}
[[gnu::noinline]] void outer(Bench& bench) {
  middle(bench);
  if ((bench.random & 0x20000) != 0) middle(bench);
  benchmark::ClobberMemory();
}

[[gnu::noinline]] int descend(Bench& bench, std::int64_t levels) {
  if (levels > 0) {
    const int below = descend(bench, levels - 1);
    benchmark::ClobberMemory();
    return below + 1;
  }
  for (auto unused : bench.state) {
    static_cast<void>(unused);
    bench.random = bench.random * 1664525U + 1013904223U;
    outer(bench);
  }
  return 0;
}

void run(benchmark::State& state, Unwinder unwinder) {
  leak::hook::prepare_stack_capture();
  const std::size_t bytes = leak::hook::stack_capture_bytes();
  auto* const capture = static_cast<StackCapture*>(leak::sys::map_pages(bytes));
  Bench bench{state, capture, unwinder, 1, 0, 0, 0};
  benchmark::DoNotOptimize(descend(bench, state.range(0)));
  const auto per_capture = [&](std::uint64_t count) {
    return static_cast<double>(count) / static_cast<double>(bench.captures);
  };
  state.SetItemsProcessed(static_cast<std::int64_t>(bench.captures));
  state.counters["frames"] = per_capture(bench.frames);
  state.counters["new"] = per_capture(bench.new_frames);
  state.counters["per_capture"] = benchmark::Counter(
      static_cast<double>(bench.captures), benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
  leak::sys::unmap_pages(capture, bytes);
}

BENCHMARK_CAPTURE(run, no_capture, Unwinder::kNone)->Arg(20);
BENCHMARK_CAPTURE(run, ours, Unwinder::kOurs)->Arg(5)->Arg(20)->Arg(60)->Arg(200);
BENCHMARK_CAPTURE(run, libunwind, Unwinder::kLibunwind)->Arg(5)->Arg(20)->Arg(60)->Arg(200);

}  // namespace

BENCHMARK_MAIN();
