#include "replay/history_recorder.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

namespace leak::scan {

namespace {

// Each snapshot lists its sites. A program that marks every request would otherwise fill the memory; later
// ones still have their totals.
constexpr std::uint32_t kMaxSnapshotsWithSites = 256;

std::uint64_t part_of(std::uint64_t whole, std::uint64_t numerator, std::uint64_t denominator) {
  return whole / denominator * numerator + whole % denominator * numerator / denominator;
}

}  // namespace

HistoryRecorder::HistoryRecorder(const TraceReader& reader, const TraceClock& clock,
                                 std::uint64_t duration_ns, const ReplayOptions& options)
    : reader_(reader), clock_(clock) {
  if (options.from_ns) add_moment(*options.from_ns, MomentKind::kRangeBegin);
  if (options.to_ns) add_moment(*options.to_ns, MomentKind::kRangeEnd);
  // The first quantum of the range belongs to it.
  for (Moment& moment : moments_) {
    if (moment.kind == MomentKind::kRangeBegin && moment.time != 0) --moment.time;
  }
  plan_timeline(duration_ns, options.timeline_points);
  plan_buckets(duration_ns, options.site_buckets);
  plan_snapshots(duration_ns, options.automatic_snapshots);
  std::stable_sort(moments_.begin(), moments_.end(),
                   [](const Moment& a, const Moment& b) { return a.time < b.time; });
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

void HistoryRecorder::add_moment(std::uint64_t time_ns, MomentKind kind, std::uint32_t index) {
  moments_.push_back({clock_.ticks_at(time_ns) >> reader_.time_quantum_shift(), kind, index});
}

void HistoryRecorder::record(const Moment& moment, ReplayEngine& engine) {
  const LiveHeap& heap = engine.heap();
  if (moment.kind == MomentKind::kTimeline) {
    TimelinePoint& point = timeline_[next_point_++];
    point.heap = heap.live();
    point.heap_max_bytes = engine.heap().take_interval_max();
    point.mapped_bytes = engine.mappings().live_bytes();
    point.rss_bytes = rss_at(point.time_ns);
  } else if (moment.kind == MomentKind::kBucket) {
    std::vector<BlockTotals>& bucket = buckets_.emplace_back();
    bucket.reserve(heap.sites().size());
    for (const SiteCounters& site : heap.sites()) bucket.push_back(site.live());
  } else if (moment.kind == MomentKind::kSnapshot) {
    Snapshot& snapshot = snapshots_[moment.index];
    snapshot.heap = heap.live();
    snapshot.mapped_bytes = engine.mappings().live_bytes();
    snapshot.rss_bytes = rss_at(snapshot.time_ns);
    if (moment.index >= kMaxSnapshotsWithSites) return;
    for (std::uint32_t i = 0; i != heap.sites().size(); ++i) {
      const BlockTotals live = heap.sites()[i].live();
      if (live.blocks != 0) snapshot.sites.push_back({i, live});
    }
  }
}

std::uint64_t HistoryRecorder::rss_at(std::uint64_t time_ns) const {
  const std::vector<trace::SampleRecord>& samples = reader_.meta().samples;
  if (samples.empty()) return 0;
  const std::uint64_t ticks = clock_.ticks_at(time_ns);
  const auto after = std::upper_bound(
      samples.begin(), samples.end(), ticks,
      [](std::uint64_t value, const trace::SampleRecord& sample) { return value < sample.header.ticks; });
  if (after == samples.begin()) return after->rss_bytes;
  const auto before = std::prev(after);
  if (after == samples.end()) return before->rss_bytes;
  const bool before_is_nearer = ticks - before->header.ticks <= after->header.ticks - ticks;
  return before_is_nearer ? before->rss_bytes : after->rss_bytes;
}

void HistoryRecorder::finish(const std::vector<std::uint32_t>& final_site, HeapHistory& history) {
  history.timeline = std::move(timeline_);
  history.bucket_end_ns = std::move(bucket_end_ns_);
  for (Site& site : history.sites) {
    site.live_bytes_over_time.assign(buckets_.size(), 0);
    site.live_blocks_over_time.assign(buckets_.size(), 0);
  }
  for (std::size_t b = 0; b != buckets_.size(); ++b) {
    for (std::size_t i = 0; i != buckets_[b].size(); ++i) {
      if (final_site[i] == kNoSite) continue;
      Site& site = history.sites[final_site[i]];
      site.live_bytes_over_time[b] += buckets_[b][i].bytes;
      site.live_blocks_over_time[b] += buckets_[b][i].blocks;
    }
  }
  for (Snapshot& snapshot : snapshots_) {
    // A site that both inherited blocks and made its own was two until now.
    std::vector<SiteLive> merged;
    for (SiteLive& entry : snapshot.sites) {
      entry.site = final_site[entry.site];
      if (entry.site != kNoSite) merged.push_back(entry);
    }
    std::stable_sort(merged.begin(), merged.end(),
                     [](const SiteLive& a, const SiteLive& b) { return a.site < b.site; });
    snapshot.sites.clear();
    for (const SiteLive& entry : merged) {
      if (snapshot.sites.empty() || snapshot.sites.back().site != entry.site) {
        snapshot.sites.push_back(entry);
      } else {
        snapshot.sites.back().live.blocks += entry.live.blocks;
        snapshot.sites.back().live.bytes += entry.live.bytes;
      }
    }
  }
  history.snapshots = std::move(snapshots_);
}

}  // namespace leak::scan
