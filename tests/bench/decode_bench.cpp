// Cost of decoding events: frames decompressed, columns read, stacks interned; without replay.
#include <benchmark/benchmark.h>

#include <cstdint>

#include "base/diagnostics.h"
#include "bench/synthetic_trace.h"
#include "decode/event_feed.h"
#include "decode/trace_reader.h"

namespace {

constexpr std::uint64_t kEvents = 1'000'000;

void decode(benchmark::State& state) {
  leak::bench::TracePlan plan;
  plan.events = kEvents;
  plan.address_model = state.range(0) != 0;
  leak::scan::Diagnostics diagnostics;
  const auto reader = leak::scan::TraceReader::open(leak::bench::make_trace(plan), diagnostics);
  std::uint64_t events = 0;
  for (auto unused : state) {
    static_cast<void>(unused);
    leak::scan::EventFeed feed(reader, {});
    while (!feed.done()) events += feed.next()->events;
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(events));
  state.counters["bytes/event"] = static_cast<double>(reader.trace().size()) / static_cast<double>(kEvents);
}

BENCHMARK(decode)->ArgName("address_model")->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
