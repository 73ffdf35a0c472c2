#include "process/overhead_watch.h"

#include "buffer/recording.h"
#include "process/cpu_budget.h"
#include "record/overhead_meter.h"
#include "record/sampling.h"
#include "sys/clock.h"

namespace leak::hook {

namespace {

// Until a rate that is published now holds: longer than an event takes from its stamp to its look at the
// rate.
constexpr std::uint64_t kNoticeNs = 5'000'000;
constexpr std::uint64_t kNoticeEvents = 1000;  // where ticks are events

struct Watch {
  CpuBudget budget;
  std::uint32_t budget_permille = 0;  // 0: nothing is watched
  std::uint64_t next_reading_ns = 0;
  std::uint64_t settles_ns = 0;  // 0: nothing to settle
  std::uint64_t first_cycles = 0;
  std::uint64_t first_ns = 0;
};
constinit Watch g_watch;

double ns_per_cycle(std::uint64_t now_ns) noexcept {
  const std::uint64_t cycles = sys::read_cycle_counter() - g_watch.first_cycles;
  return static_cast<double>(now_ns - g_watch.first_ns) / static_cast<double>(cycles == 0 ? 1 : cycles);
}

CpuBudget::Reading read_clocks(double ns_per_cycle) noexcept {
  CpuBudget::Reading reading;
  reading.process_cpu_ns = sys::clock_ns(CLOCK_PROCESS_CPUTIME_ID);
  reading.writer_cpu_ns = sys::clock_ns(CLOCK_THREAD_CPUTIME_ID);
  reading.hook_ns = static_cast<std::uint64_t>(
      static_cast<double>(g_overhead.cycles.load(std::memory_order_relaxed)) * ns_per_cycle);
  reading.events = g_overhead.events.load(std::memory_order_relaxed);
  reading.allocated_bytes = g_overhead.bytes.load(std::memory_order_relaxed);
  return reading;
}

// The start of a quantum, so that events whose times are cut to quanta lie on the right side of it.
std::uint64_t moment_of_change(double ns_per_cycle) noexcept {
  const std::uint64_t notice = sys::g_use_counter.load(std::memory_order_relaxed)
                                   ? kNoticeEvents
                                   : static_cast<std::uint64_t>(kNoticeNs / ns_per_cycle);
  const std::uint64_t quantum = std::uint64_t{1} << g_recording.time_quantum_shift;
  return (sys::now_ticks() + notice + quantum) & ~(quantum - 1);
}

void change_rate(Writer& writer, const CpuBudget::Judgement& judgement, std::uint64_t now_ns,
                 double ns_per_cycle) noexcept {
  trace::SamplingRecord record{};
  record.header.kind = trace::MetaKind::kSampling;
  record.header.ticks = moment_of_change(ns_per_cycle);
  record.sample_bytes = judgement.sample_bytes;
  record.budget_permille = g_watch.budget_permille;
  record.measured_permille = judgement.measured_permille;
  // Written first: a sample that the trace does not know of would be taken for all there was.
  if (!writer.append_record(record.header, sizeof(record))) return;
  if (!begin_sampling(judgement.sample_bytes, record.header.ticks)) return;
  g_overhead.period.store(1, std::memory_order_relaxed);
  g_watch.settles_ns = now_ns + 2 * kNoticeNs;
}

}  // namespace

void open_overhead_watch(const Settings& settings) noexcept {
  g_watch = {};
  g_watch.budget_permille = settings.max_overhead_permille;
  if (g_watch.budget_permille == 0) return;
  g_watch.budget.open(settings.max_overhead_permille);
  g_watch.first_ns = sys::clock_ns(CLOCK_MONOTONIC);
  g_watch.first_cycles = sys::read_cycle_counter();
  g_overhead.period.store(is_sampling() ? 1 : OverheadMeter::kPeriod, std::memory_order_relaxed);
}

void watch_overhead(Writer& writer, std::uint64_t now_ns) noexcept {
  if (g_watch.budget_permille == 0) return;
  if (g_watch.settles_ns != 0 && now_ns >= g_watch.settles_ns) {
    settle_sampling();
    g_watch.settles_ns = 0;
  }
  if (now_ns < g_watch.next_reading_ns) return;
  g_watch.next_reading_ns = now_ns + CpuBudget::kReadingIntervalNs;
  const double rate = ns_per_cycle(now_ns);
  const CpuBudget::Judgement judgement = g_watch.budget.judge(read_clocks(rate), current_sample_bytes());
  if (judgement.is_too_much) change_rate(writer, judgement, now_ns, rate);
}

}  // namespace leak::hook
