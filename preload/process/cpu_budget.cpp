#include "process/cpu_budget.h"

namespace leak::hook {

namespace {

constexpr std::uint64_t kFinestRate = 16U << 10;
constexpr std::uint64_t kCoarsestRate = std::uint64_t{1} << 30;
constexpr std::uint64_t kCoarsening = 4;
// Of the CPU time, the least that is believed to be the program's own: what remains of a program that only
// allocates is lost in the error of the measurement.
constexpr std::uint64_t kLeastProgramShare = 20;

std::uint64_t difference(std::uint64_t now, std::uint64_t before) noexcept {
  return now > before ? now - before : 0;
}

}  // namespace

// A sample of rate R has bytes/R allocations and as many frees. Each costs some times what an event of a full
// recording does, because it comes to cold caches; and half of the budget is to stay unused.
std::uint64_t CpuBudget::rate_for(const Reading& spent, std::uint64_t cost_ns,
                                  std::uint64_t program_ns) const noexcept {
  constexpr double kColdFactor = 4;
  constexpr double kUsedShare = 0.5;
  const double event_ns =
      static_cast<double>(cost_ns) / static_cast<double>(spent.events == 0 ? 1 : spent.events);
  const double allowed_ns = static_cast<double>(program_ns) * budget_permille_ / 1000 * kUsedShare;
  const double wanted =
      static_cast<double>(spent.allocated_bytes) * 2 * event_ns * kColdFactor / (allowed_ns + 1);
  std::uint64_t rate = kFinestRate;
  while (rate < kCoarsestRate && static_cast<double>(rate) < wanted) rate *= 2;
  return rate;
}

CpuBudget::Judgement CpuBudget::judge(const Reading& reading, std::uint64_t sample_bytes) noexcept {
  Judgement judgement;
  const std::size_t oldest = count_ < kWindow ? 0 : count_ % kWindow;
  const Reading before = window_[oldest];
  window_[count_ % kWindow] = reading;
  if (count_++ == 0) return judgement;
  const Reading spent{difference(reading.process_cpu_ns, before.process_cpu_ns),
                      difference(reading.writer_cpu_ns, before.writer_cpu_ns),
                      difference(reading.hook_ns, before.hook_ns), difference(reading.events, before.events),
                      difference(reading.allocated_bytes, before.allocated_bytes)};
  if (spent.process_cpu_ns < kLeastCpuNs) return judgement;
  const std::uint64_t cost_ns = spent.writer_cpu_ns + spent.hook_ns;
  const std::uint64_t rest_ns = difference(spent.process_cpu_ns, cost_ns);
  const std::uint64_t least_ns = spent.process_cpu_ns / kLeastProgramShare;
  const std::uint64_t program_ns = rest_ns > least_ns ? rest_ns : least_ns;
  const std::uint64_t permille = cost_ns * 1000 / program_ns;
  judgement.measured_permille = static_cast<std::uint32_t>(permille);
  if (permille <= budget_permille_ || sample_bytes >= kCoarsestRate) return judgement;
  judgement.is_too_much = true;
  judgement.sample_bytes =
      sample_bytes == 0 ? rate_for(spent, cost_ns, program_ns) : sample_bytes * kCoarsening;
  if (judgement.sample_bytes > kCoarsestRate) judgement.sample_bytes = kCoarsestRate;
  count_ = 0;
  return judgement;
}

}  // namespace leak::hook
