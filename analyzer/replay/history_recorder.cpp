#include "replay/history_recorder.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "replay/event_quantiles.h"

namespace leak::scan {

namespace {

// Each snapshot lists its sites. A program that marks every request would otherwise fill the memory; later
// ones still have their totals.
constexpr std::uint32_t kMaxSnapshotsWithSites = 256;

std::uint64_t part_of(std::uint64_t whole, std::uint64_t numerator, std::uint64_t denominator) {
  return whole / denominator * numerator + whole % denominator * numerator / denominator;
}

// From the engine's numbers to the history's. A site that both inherited blocks and made its own, or was sampled
// at two rates, was two until now.
void renumber(const std::vector<std::uint32_t>& final_site, std::vector<SiteLive>& sites) {
  std::vector<SiteLive> merged;
  for (SiteLive& entry : sites) {
    entry.site = final_site[entry.site];
    if (entry.site != HistoryRecorder::kNoSite) merged.push_back(entry);
  }
  std::stable_sort(merged.begin(), merged.end(),
                   [](const SiteLive& a, const SiteLive& b) { return a.site < b.site; });
  sites.clear();
  for (const SiteLive& entry : merged) {
    if (sites.empty() || sites.back().site != entry.site) {
      sites.push_back(entry);
    } else {
      sites.back().live.blocks += entry.live.blocks;
      sites.back().live.bytes += entry.live.bytes;
    }
  }
}

}  // namespace

HistoryRecorder::HistoryRecorder(const TraceReader& reader, const TraceClock& clock,
                                 const SamplePeriods& sampling, std::uint64_t duration_ns,
                                 const ReplayOptions& options)
    : reader_(reader), clock_(clock) {
  if (options.from_ns) add_moment(*options.from_ns, MomentKind::kRangeBegin);
  if (options.to_ns) add_moment(*options.to_ns, MomentKind::kRangeEnd);
  // The first quantum of the range belongs to it.
  for (Moment& moment : moments_) {
    if (moment.kind == MomentKind::kRangeBegin && moment.time != 0) --moment.time;
  }
  plan_sampling(sampling);
  plan_timeline(duration_ns, options.timeline_points);
  plan_buckets(duration_ns, options.site_buckets);
  plan_snapshots(duration_ns, options.automatic_snapshots);
  plan_cohorts(duration_ns, options);
  plan_spans(options.spans);
  std::stable_sort(moments_.begin(), moments_.end(),
                   [](const Moment& a, const Moment& b) { return a.time < b.time; });
}

// A period begins with its quantum: the moment is the one before.
void HistoryRecorder::plan_sampling(const SamplePeriods& sampling) {
  for (std::uint32_t i = 0; i != sampling.list().size(); ++i) {
    const std::uint64_t start = sampling.list()[i].start;
    moments_.push_back({start == 0 ? 0 : start - 1, MomentKind::kSamplingBegin, i});
  }
}

void HistoryRecorder::plan_timeline(std::uint64_t duration_ns, std::uint32_t points) {
  for (std::uint32_t i = 1; i <= points; ++i) {
    TimelinePoint& point = timeline_.emplace_back();
    point.time_ns = part_of(duration_ns, i, points);
    add_moment(point.time_ns, MomentKind::kTimeline);
  }
}

void HistoryRecorder::plan_buckets(std::uint64_t duration_ns, std::uint32_t buckets) {
  for (std::uint32_t i = 1; i <= buckets; ++i) {
    bucket_end_ns_.push_back(part_of(duration_ns, i, buckets));
    add_moment(bucket_end_ns_.back(), MomentKind::kBucket);
  }
}

void HistoryRecorder::plan_snapshots(std::uint64_t duration_ns, std::uint32_t automatic) {
  for (std::uint32_t i = 1; i <= automatic; ++i) {
    Snapshot& snapshot = snapshots_.emplace_back();
    snapshot.label = "auto " + std::to_string(std::uint64_t{i} * 100 / automatic) + "%";
    snapshot.automatic = true;
    snapshot.time_ns = part_of(duration_ns, i, automatic);
  }
  for (const MarkerMeta& marker : reader_.meta().markers) {
    if (marker.record.marker != trace::MarkerKind::kSnapshot) continue;
    Snapshot& snapshot = snapshots_.emplace_back();
    snapshot.label = marker.label;
    snapshot.time_ns = clock_.ns_at(marker.record.header.ticks);
  }
  std::stable_sort(snapshots_.begin(), snapshots_.end(),
                   [](const Snapshot& a, const Snapshot& b) { return a.time_ns < b.time_ns; });
  for (std::uint32_t i = 0; i != snapshots_.size(); ++i) {
    add_moment(snapshots_[i].time_ns, MomentKind::kSnapshot, i);
  }
}

// Half of the moments divide the time of the range evenly, half its events.
void HistoryRecorder::plan_cohorts(std::uint64_t duration_ns, const ReplayOptions& options) {
  const std::uint64_t from_ns = std::min(options.from_ns.value_or(0), duration_ns);
  const std::uint64_t to_ns = std::clamp(options.to_ns.value_or(duration_ns), from_ns, duration_ns);
  const std::uint32_t parts = options.cohorts / 2;
  if (parts == 0 || from_ns == to_ns) return;
  std::vector<std::uint64_t> ends_ns;
  for (const std::uint64_t ticks :
       event_quantiles(reader_.event_chunks(), clock_.ticks_at(from_ns), clock_.ticks_at(to_ns), parts)) {
    ends_ns.push_back(std::clamp(clock_.ns_at(ticks), from_ns, to_ns));
  }
  for (std::uint32_t i = 1; i <= parts; ++i) ends_ns.push_back(from_ns + part_of(to_ns - from_ns, i, parts));
  std::sort(ends_ns.begin(), ends_ns.end());
  std::uint64_t last_ns = from_ns;
  std::size_t moments = 0;
  for (const std::uint64_t end_ns : ends_ns) {
    if (end_ns == last_ns) continue;
    last_ns = end_ns;
    add_moment(end_ns, MomentKind::kCohort);
    ++moments;
  }
  cohorts_.begin(from_ns, moments);
}

void HistoryRecorder::plan_spans(const std::vector<TimeSpan>& spans) {
  rises_.resize(spans.size());
  for (std::uint32_t i = 0; i != spans.size(); ++i) {
    add_moment(spans[i].from_ns, MomentKind::kSpanBegin, i);
    add_moment(spans[i].to_ns, MomentKind::kSpanEnd, i);
  }
}

void HistoryRecorder::add_moment(std::uint64_t time_ns, MomentKind kind, std::uint32_t index) {
  moments_.push_back({clock_.ticks_at(time_ns) >> reader_.time_quantum_shift(), kind, index});
}

void HistoryRecorder::record(const Moment& moment, HeapLedger& ledger, std::uint64_t mapped_bytes) {
  if (moment.kind == MomentKind::kTimeline) {
    TimelinePoint& point = timeline_[next_point_++];
    point.heap = ledger.live();
    point.heap_max_bytes = ledger.take_interval_max();
    point.mapped_bytes = mapped_bytes;
    if (const trace::SampleRecord* const sample = sample_at(point.time_ns)) {
      point.rss_bytes = sample->rss_bytes;
      point.anonymous_bytes = sample->rss_bytes - std::min(sample->rss_bytes, sample->shared_bytes);
    }
  } else if (moment.kind == MomentKind::kBucket) {
    record_bucket(ledger);
  } else if (moment.kind == MomentKind::kCohort) {
    cohorts_.record(clock_.ns_at(moment.time << reader_.time_quantum_shift()), ledger);
  } else if (moment.kind == MomentKind::kSnapshot) {
    Snapshot& snapshot = snapshots_[moment.index];
    snapshot.heap = ledger.live();
    snapshot.mapped_bytes = mapped_bytes;
    snapshot.rss_bytes = rss_at(snapshot.time_ns);
    if (moment.index >= kMaxSnapshotsWithSites) return;
    for (std::uint32_t i = 0; i != ledger.sites().size(); ++i) {
      const BlockTotals live = ledger.sites()[i].live();
      if (live.blocks != 0) snapshot.sites.push_back({i, live});
    }
  } else if (moment.kind == MomentKind::kSpanBegin) {
    span_begin_.clear();
    for (const SiteCounters& site : ledger.sites()) span_begin_.push_back(site.live());
    ledger.restart_peak(moment.time);
  } else if (moment.kind == MomentKind::kSpanEnd) {
    record_rise(moment.index, ledger);
  }
}

// By how much each site is above its beginning at the highest moment of the span.
void HistoryRecorder::record_rise(std::uint32_t span, const HeapLedger& ledger) {
  span_begin_.resize(ledger.sites().size());
  for (std::uint32_t i = 0; i != ledger.sites().size(); ++i) {
    const BlockTotals before = span_begin_[i];
    const BlockTotals peak = ledger.peak_of(ledger.sites()[i]);
    if (peak.bytes <= before.bytes) continue;
    const std::uint64_t blocks = peak.blocks - std::min(peak.blocks, before.blocks);
    rises_[span].push_back({i, {blocks, peak.bytes - before.bytes}});
  }
}

void HistoryRecorder::record_bucket(const HeapLedger& ledger) {
  std::vector<SiteChange>& changes = buckets_.emplace_back();
  live_bytes_.resize(ledger.sites().size());
  for (std::uint32_t i = 0; i != ledger.sites().size(); ++i) {
    const std::uint64_t now = ledger.sites()[i].live_amount().bytes;
    if (now == live_bytes_[i]) continue;
    live_bytes_[i] = now;
    changes.push_back({i, now});
  }
  changes.shrink_to_fit();
}

// A site of the history may be several of the engine's: its value is their sum.
void HistoryRecorder::finish_buckets(const std::vector<std::uint32_t>& final_site, HeapHistory& history) {
  live_bytes_.assign(final_site.size(), 0);
  std::vector<std::uint64_t> sums(history.sites.size());
  for (std::size_t bucket = 0; bucket != buckets_.size(); ++bucket) {
    for (const SiteChange& change : buckets_[bucket]) {
      const std::uint64_t before = std::exchange(live_bytes_[change.site], change.live_bytes);
      const std::uint32_t site = final_site[change.site];
      if (site == kNoSite) continue;
      sums[site] += change.live_bytes - before;
      history.sites[site].live_bytes_over_time.set(bucket, sums[site]);
    }
    std::vector<SiteChange>().swap(buckets_[bucket]);
  }
  for (Site& site : history.sites) site.live_bytes_over_time.extend(buckets_.size());
}

std::uint64_t HistoryRecorder::rss_at(std::uint64_t time_ns) const {
  const trace::SampleRecord* const sample = sample_at(time_ns);
  return sample == nullptr ? 0 : sample->rss_bytes;
}

// The nearest one.
const trace::SampleRecord* HistoryRecorder::sample_at(std::uint64_t time_ns) const {
  const std::vector<trace::SampleRecord>& samples = reader_.meta().samples;
  if (samples.empty()) return nullptr;
  const std::uint64_t ticks = clock_.ticks_at(time_ns);
  const auto after = std::upper_bound(
      samples.begin(), samples.end(), ticks,
      [](std::uint64_t value, const trace::SampleRecord& sample) { return value < sample.header.ticks; });
  if (after == samples.begin()) return &*after;
  const auto before = std::prev(after);
  if (after == samples.end()) return &*before;
  const bool before_is_nearer = ticks - before->header.ticks <= after->header.ticks - ticks;
  return before_is_nearer ? &*before : &*after;
}

void HistoryRecorder::finish(const std::vector<std::uint32_t>& final_site, const HeapLedger& ledger,
                             HeapHistory& history) {
  cohorts_.finish(final_site, ledger, history);
  history.timeline = std::move(timeline_);
  history.bucket_end_ns = std::move(bucket_end_ns_);
  finish_buckets(final_site, history);
  for (Snapshot& snapshot : snapshots_) renumber(final_site, snapshot.sites);
  for (std::vector<SiteLive>& rise : rises_) renumber(final_site, rise);
  history.rises = std::move(rises_);
  history.snapshots = std::move(snapshots_);
}

}  // namespace leak::scan
