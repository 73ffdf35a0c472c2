// What is written down while a replay runs: the timeline, each site's series, the snapshots. Works on a list
// of moments fixed beforehand; the replay stops at each of them and lets the recorder look.
#pragma once

#include <cstdint>
#include <vector>

#include "decode/sample_weights.h"
#include "decode/trace_reader.h"
#include "replay/cohort_recorder.h"
#include "replay/heap_history.h"
#include "replay/heap_ledger.h"
#include "replay/heap_replay.h"
#include "replay/trace_clock.h"

namespace leak::scan {

enum class MomentKind : std::uint8_t {
  kSamplingBegin,
  kRangeBegin,
  kRangeEnd,
  kTimeline,
  kBucket,
  kSnapshot,
  kCohort,
  kSpanBegin,
  kSpanEnd
};

struct Moment {
  std::uint64_t time = 0;  // in quanta: everything up to and including it has happened
  MomentKind kind{};
  std::uint32_t index = 0;  // of the snapshot, the sampling period or the span
};

class HistoryRecorder {
 public:
  HistoryRecorder(const TraceReader& reader, const TraceClock& clock, const SamplePeriods& sampling,
                  std::uint64_t duration_ns, const ReplayOptions& options);

  // In order of time.
  const std::vector<Moment>& moments() const { return moments_; }

  // `mapped_bytes`: of the program's own mappings at that moment.
  void record(const Moment& moment, HeapLedger& ledger, std::uint64_t mapped_bytes);

  // Call at each moment of kind kCohort; may run beside record(). True when the engine shall begin a cohort
  // there, whose first site will be number `engine_sites`.
  bool begins_cohort(std::size_t engine_sites) { return cohorts_.begins_cohort(engine_sites); }

  // Moves what was recorded into `history`, whose sites are numbered by `final_site` (kNoSite: not shown).
  static constexpr std::uint32_t kNoSite = 0xffffffff;
  void finish(const std::vector<std::uint32_t>& final_site, const HeapLedger& ledger, HeapHistory& history);

 private:
  void plan_sampling(const SamplePeriods& sampling);
  void plan_timeline(std::uint64_t duration_ns, std::uint32_t points);
  void plan_buckets(std::uint64_t duration_ns, std::uint32_t buckets);
  void plan_spans(const std::vector<TimeSpan>& spans);
  void plan_cohorts(std::uint64_t duration_ns, const ReplayOptions& options);
  void plan_snapshots(std::uint64_t duration_ns, std::uint32_t automatic);
  void add_moment(std::uint64_t time_ns, MomentKind kind, std::uint32_t index = 0);
  void record_bucket(const HeapLedger& ledger);
  void record_rise(std::uint32_t span, const HeapLedger& ledger);
  void finish_buckets(const std::vector<std::uint32_t>& final_site, HeapHistory& history);
  const trace::SampleRecord* sample_at(std::uint64_t time_ns) const;
  std::uint64_t rss_at(std::uint64_t time_ns) const;

  const TraceReader& reader_;
  const TraceClock& clock_;
  std::vector<Moment> moments_;
  std::vector<TimelinePoint> timeline_;
  std::size_t next_point_ = 0;
  std::vector<std::uint64_t> bucket_end_ns_;

  // The live bytes of each of the engine's sites that has others than a bucket before.
  struct SiteChange {
    std::uint32_t site;
    std::uint64_t live_bytes;
  };
  std::vector<std::vector<SiteChange>> buckets_;
  std::vector<std::uint64_t> live_bytes_;  // index: the engine's site; as of the last bucket
  std::vector<Snapshot> snapshots_;
  std::vector<BlockTotals> span_begin_;       // index: the engine's site
  std::vector<std::vector<SiteLive>> rises_;  // by span; sites are the engine's
  CohortRecorder cohorts_;
};

}  // namespace leak::scan
