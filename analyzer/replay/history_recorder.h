// What is written down while a replay runs: the timeline, each site's series, the snapshots. Works on a list
// of moments fixed beforehand; the replay stops at each of them and lets the recorder look.
#pragma once

#include <cstdint>
#include <vector>

#include "decode/trace_reader.h"
#include "replay/heap_history.h"
#include "replay/heap_replay.h"
#include "replay/replay_engine.h"
#include "replay/trace_clock.h"

namespace leak::scan {

enum class MomentKind : std::uint8_t { kRangeBegin, kRangeEnd, kTimeline, kBucket, kSnapshot };

struct Moment {
  std::uint64_t time = 0;  // in quanta: everything up to and including it has happened
  MomentKind kind{};
  std::uint32_t index = 0;  // of the snapshot
};

class HistoryRecorder {
 public:
  HistoryRecorder(const TraceReader& reader, const TraceClock& clock, std::uint64_t duration_ns,
                  const ReplayOptions& options);

  // In order of time.
  const std::vector<Moment>& moments() const { return moments_; }

  void record(const Moment& moment, ReplayEngine& engine);

  // Moves what was recorded into `history`, whose sites are numbered by `final_site` (kNoSite: not shown).
  static constexpr std::uint32_t kNoSite = 0xffffffff;
  void finish(const std::vector<std::uint32_t>& final_site, HeapHistory& history);

 private:
  void plan_timeline(std::uint64_t duration_ns, std::uint32_t points);
  void plan_buckets(std::uint64_t duration_ns, std::uint32_t buckets);
  void plan_snapshots(std::uint64_t duration_ns, std::uint32_t automatic);
  void add_moment(std::uint64_t time_ns, MomentKind kind, std::uint32_t index = 0);
  std::uint64_t rss_at(std::uint64_t time_ns) const;

  const TraceReader& reader_;
  const TraceClock& clock_;
  std::vector<Moment> moments_;
  std::vector<TimelinePoint> timeline_;
  std::size_t next_point_ = 0;
  std::vector<std::uint64_t> bucket_end_ns_;
  std::vector<std::vector<BlockTotals>> buckets_;  // [bucket][site]
  std::vector<Snapshot> snapshots_;
};

}  // namespace leak::scan
