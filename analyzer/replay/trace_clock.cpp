#include "replay/trace_clock.h"

#include <algorithm>
#include <iterator>

namespace leak::scan {

namespace {

// Longer than any recording: keeps what damaged time stamps turn into within integers.
constexpr double kMaxNs = 9e18;

std::uint64_t scaled(std::uint64_t value, double factor) {
  return static_cast<std::uint64_t>(std::min(static_cast<double>(value) * factor, kMaxNs));
}

}  // namespace

TraceClock::TraceClock(const TraceReader& reader) : moments_{{reader.start_ticks(), 0}}, ns_per_tick_(1) {
  const TraceMeta& meta = reader.meta();
  if (!meta.process) return;
  const trace::ProcessRecord& process = meta.process->record;
  if (process.ticks_per_second != 0) ns_per_tick_ = 1e9 / static_cast<double>(process.ticks_per_second);
  const bool uneven = process.clock_source == trace::ClockSource::kCounter;
  if (uneven) {
    for (const trace::SampleRecord& sample : meta.samples) {
      add(sample.header.ticks, sample.mono_ns, process.start_mono_ns);
    }
  } else if (!meta.samples.empty() && !meta.end) {
    add(meta.samples.back().header.ticks, meta.samples.back().mono_ns, process.start_mono_ns);
  }
  if (meta.end) add(meta.end->header.ticks, meta.end->mono_ns, process.start_mono_ns);
  if (reader.journal())
    add(reader.journal()->last_ticks, reader.journal()->last_mono_ns, process.start_mono_ns);
  if (moments_.size() < 2) return;
  if (!uneven) moments_.erase(moments_.begin() + 1, moments_.end() - 1);
  const Moment& last = moments_.back();
  const Moment& before = moments_[moments_.size() - 2];
  ns_per_tick_ =
      static_cast<double>(last.time_ns - before.time_ns) / static_cast<double>(last.ticks - before.ticks);
}

void TraceClock::add(std::uint64_t ticks, std::uint64_t mono_ns, std::uint64_t start_mono_ns) {
  if (mono_ns <= start_mono_ns) return;
  const Moment moment{ticks, mono_ns - start_mono_ns};
  if (moment.ticks <= moments_.back().ticks || moment.time_ns <= moments_.back().time_ns) return;
  if (static_cast<double>(moment.time_ns) > kMaxNs) return;
  moments_.push_back(moment);
}

std::uint64_t TraceClock::ns_at(std::uint64_t ticks) const {
  const auto after = std::upper_bound(moments_.begin(), moments_.end(), ticks,
                                      [](std::uint64_t value, const Moment& m) { return value < m.ticks; });
  if (after == moments_.begin()) return 0;
  const Moment& before = *std::prev(after);
  double rate = ns_per_tick_;
  if (after != moments_.end()) {
    rate = static_cast<double>(after->time_ns - before.time_ns) /
           static_cast<double>(after->ticks - before.ticks);
  }
  return before.time_ns + scaled(ticks - before.ticks, rate);
}

std::optional<double> TraceClock::ns_per_tick() const {
  if (moments_.size() > 2) return std::nullopt;
  return ns_per_tick_;
}

std::uint64_t TraceClock::ticks_at(std::uint64_t time_ns) const {
  const auto after = std::upper_bound(moments_.begin(), moments_.end(), time_ns,
                                      [](std::uint64_t value, const Moment& m) { return value < m.time_ns; });
  const Moment& before = *std::prev(after);  // the first moment is at 0 ns
  double rate = ns_per_tick_;
  if (after != moments_.end()) {
    rate = static_cast<double>(after->time_ns - before.time_ns) /
           static_cast<double>(after->ticks - before.ticks);
  }
  return before.ticks + (rate > 0 ? scaled(time_ns - before.time_ns, 1 / rate) : 0);
}

}  // namespace leak::scan
