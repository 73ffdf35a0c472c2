#include "replay/heap_replay.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <map>
#include <optional>
#include <thread>
#include <unordered_map>
#include <utility>

#include "replay/block_origins.h"
#include "replay/history_recorder.h"
#include "replay/inheritance.h"
#include "replay/page_census.h"
#include "replay/process_info.h"
#include "replay/sample_estimates.h"
#include "replay/unreported_blocks.h"

namespace leak::scan {

namespace {

// Beyond that the one thread that puts the steps in order has its hands full.
constexpr unsigned kMaxThreads = 16;

// Decoding keeps about four threads busy for one that replays, which helps when it would have to wait: up to
// there shards have nothing to win.
constexpr unsigned kThreadsPerShard = 4;

unsigned threads_of(const ReplayOptions& options) {
  if (options.threads != 0) return options.threads;
  return std::clamp(std::thread::hardware_concurrency(), 1U, kMaxThreads);
}

unsigned shards_of(const ReplayOptions& options) {
  constexpr unsigned kMost = 64;
  return std::min(options.shards.value_or(threads_of(options) / kThreadsPerShard), kMost);
}

// One run over the events, from the first to the last.
class HeapReplay {
 public:
  HeapReplay(const TraceReader& reader, const ReplayOptions& options, HeapHistory& history)
      : reader_(reader),
        options_(options),
        history_(history),
        clock_(reader),
        sampling_(reader.meta().sampling, reader.time_quantum_shift()),
        feed_(reader, {threads_of(options) - 1, false}),
        origins_(read_heap_graphs(reader, history.diagnostics), reader.time_quantum_shift()),
        resources_(reader, clock_),
        engine_(feed_, pcs_, history.stacks, page_bytes(reader), history.diagnostics, shards_of(options)) {
    if (!origins_.empty()) engine_.watch_origins(origins_);
    engine_.watch_resources(resources_);
    const std::uint32_t shift = reader.time_quantum_shift();
    if (const std::optional<double> ns_per_tick = clock_.ns_per_tick()) {
      engine_.time_lifetimes(LifetimeClock(reader.start_ticks() >> shift, reader.last_ticks() >> shift,
                                           *ns_per_tick * static_cast<double>(std::uint64_t{1} << shift)));
    }
  }

  void run() {
    const std::uint64_t duration_ns = clock_.ns_at(reader_.last_ticks());
    history_.process = describe_process(reader_, duration_ns, history_.diagnostics);
    pcs_.add(reader_.meta(), clock_);
    inherit();
    HistoryRecorder& recorder = recorder_.emplace(reader_, clock_, sampling_, duration_ns, options_);
    engine_.count_sites(!options_.from_ns);
    for (const Moment& moment : recorder.moments()) {
      engine_.run_until(moment.time + 1);
      if (moment.kind == MomentKind::kSamplingBegin) {
        engine_.begin_sampling_period(sampling_.list()[moment.index].sample_bytes);
      }
      if (moment.kind == MomentKind::kRangeBegin) begin_range(moment.time);
      if (moment.kind == MomentKind::kRangeEnd) end_range(moment.time);
      const std::uint64_t mapped_bytes = engine_.mappings().live_bytes();
      engine_.look([&recorder, moment, mapped_bytes](HeapLedger& ledger) {
        recorder.record(moment, ledger, mapped_bytes);
      });
      if (moment.kind == MomentKind::kCohort && recorder.begins_cohort(engine_.site_count()))
        engine_.begin_cohort();
    }
    engine_.run_until(~std::uint64_t{0});
    engine_.settle();
    finish_peak();
    if (!range_is_over_) keep_sites();
    const std::vector<std::uint32_t> final_site = number_sites();
    recorder.finish(final_site, engine_.heap().ledger(), history_);
    count_pages_where_worth_it(final_site);
    fill_totals();
    fill_threads();
    history_.mappings = engine_.mappings().ledger();
    history_.resources = std::move(resources_).finish();
    history_.graphs = std::move(origins_).finish();
    for (CapturedGraph& graph : history_.graphs) {
      graph.time_ns = clock_.ns_at(graph.image.header.ticks);
      hold_unreported_blocks(reader_.meta().unreported, reader_.time_quantum_shift(), graph);
    }
    history_.pcs = std::move(pcs_.pcs());
    history_.modules = std::move(pcs_.modules());
  }

 private:
  static std::uint64_t page_bytes(const TraceReader& reader) {
    return reader.meta().process ? reader.meta().process->record.page_bytes : 0;
  }

  // A sample says nothing about pages.
  void count_pages_where_worth_it(const std::vector<std::uint32_t>& final_site) {
    constexpr std::uint64_t kWorthIt = 4U << 20;
    if (history_.timeline.empty() || engine_.heap().ledger().is_sampled() || !std::has_single_bit(page_bytes(reader_)))
      return;
    const TimelinePoint& end = history_.timeline.back();
    if (end.anonymous_bytes < end.heap.bytes + end.mapped_bytes + kWorthIt) return;
    PageCensus& census = history_.pages.emplace(count_pages(engine_.heap().live_blocks(), page_bytes(reader_)));
    std::map<std::uint32_t, PagePins> pins;
    for (const PagePins& one : census.pins) {
      if (final_site[one.site] == HistoryRecorder::kNoSite) continue;
      PagePins& sum = pins[final_site[one.site]];
      sum.site = final_site[one.site];
      sum.sparse_pages += one.sparse_pages;
      sum.idle_bytes += one.idle_bytes;
    }
    census.pins.clear();
    for (const auto& [site, sum] : pins) census.pins.push_back(sum);
  }

  void inherit() {
    if (!reader_.meta().process || reader_.meta().process->record.fork_ticks == 0) return;
    const InheritedHeap inherited =
        inherit_blocks(reader_, options_, engine_, pcs_, history_.stacks, history_.diagnostics);
    history_.process.fork_time_ns = inherited.fork_time_ns;
    engine_.heap().ledger().restart_peak(reader_.start_ticks() >> reader_.time_quantum_shift());
  }

  void begin_range(std::uint64_t time) {
    engine_.settle();
    engine_.count_sites(true);
    restart_peak(time);
  }

  void end_range(std::uint64_t time) {
    engine_.settle();
    keep_sites();
    range_is_over_ = true;
    engine_.count_sites(false);
    restart_peak(time);
  }

  // A range has a peak of its own for its sites; the highest of all parts is the peak of the run.
  void restart_peak(std::uint64_t time) {
    finish_peak();
    engine_.heap().ledger().restart_peak(time);
  }

  void finish_peak() {
    const HeapLedger& heap = engine_.heap().ledger();
    if (heap.peak().bytes <= history_.totals.peak.bytes) return;
    history_.totals.peak = heap.peak();
    history_.totals.peak_time_ns = clock_.ns_at(heap.peak_time() << reader_.time_quantum_shift());
  }

  void keep_sites() {
    const HeapLedger& heap = engine_.heap().ledger();
    std::vector<SampleSum> live_samples;
    if (heap.is_sampled()) live_samples = engine_.heap().live_samples();
    live_samples.resize(heap.sites().size());
    for (std::uint32_t i = 0; i != heap.sites().size(); ++i) {
      const SiteCounters& counters = heap.sites()[i];
      kept_.push_back({counters, heap.peak_of(counters), live_samples[i], heap.allocated_sample(i)});
    }
  }

  // Fills history_.sites; returns the position of each of the engine's sites there.
  std::vector<std::uint32_t> number_sites() {
    std::vector<std::uint32_t> final_site(engine_.heap().ledger().sites().size(), HistoryRecorder::kNoSite);
    std::unordered_map<StackId, std::uint32_t> position;
    std::vector<SiteSums> sums;
    for (std::uint32_t i = 0; i < kept_.size(); ++i) {
      const SiteCounters& counters = kept_[i].counters;
      const ReplayEngine::SiteOrigin& origin = engine_.origin_of(i);
      if (counters.allocated.parts == 0 || origin.kind == ReplayEngine::SiteOrigin::Kind::kUncounted)
        continue;
      const StackId stack = origin.stack;
      const auto [found, is_new] = position.emplace(stack, static_cast<std::uint32_t>(history_.sites.size()));
      if (is_new) {
        const ReplayEngine::Allocators& allocators = engine_.allocators_of(stack);
        Site& added = history_.sites.emplace_back();
        added.stack = stack;
        added.threads = allocators.tids;
        added.more_threads = allocators.more;
        sums.emplace_back();
      }
      final_site[i] = found->second;
      Site& site = history_.sites[found->second];
      const BlockTotals live = counters.live();
      if (origin.kind == ReplayEngine::SiteOrigin::Kind::kInherited) {
        site.inherited.blocks += live.blocks;
        site.inherited.bytes += live.bytes;
      } else {
        site.allocations += whole_blocks(counters.allocated.parts);
        site.allocated_bytes += counters.allocated.bytes;
        sums[found->second].allocated.add(kept_[i].allocated_sample);
      }
      site.deallocations += whole_blocks(counters.ended.parts);
      site.temporary_allocations += whole_blocks(counters.temporary_parts);
      site.live.blocks += live.blocks;
      site.live.bytes += live.bytes;
      site.peak.blocks += kept_[i].peak.blocks;
      site.peak.bytes += kept_[i].peak.bytes;
      sums[found->second].live.add(kept_[i].live_sample);
    }
    fill_sample_figures(sums);
    for (FreeFamilies::Mismatch mismatch : engine_.heap().ledger().families().mismatches()) {
      mismatch.site = final_site[mismatch.site];
      if (mismatch.site != HistoryRecorder::kNoSite) history_.mismatches.push_back(mismatch);
    }
    return final_site;
  }

  struct SiteSums {
    SampleSum live;
    SampleSum allocated;
  };

  void fill_sample_figures(const std::vector<SiteSums>& sums) {
    for (std::size_t i = 0; i != sums.size(); ++i) {
      Site& site = history_.sites[i];
      site.recorded_live_blocks =
          engine_.heap().ledger().is_sampled() ? sums[i].live.recorded_blocks() : site.live.blocks;
      site.live_bytes_error = sums[i].live.bytes_error();
      site.allocated_bytes_error = sums[i].allocated.bytes_error();
    }
  }

  void fill_sampling() {
    for (const SamplePeriods::Period& period : sampling_.list()) {
      const std::uint64_t ticks = period.start << reader_.time_quantum_shift();
      history_.sampling.push_back(
          {clock_.ns_at(ticks), period.sample_bytes, period.budget_permille, period.measured_permille});
    }
    history_.totals.recorded_live_blocks = engine_.heap().block_count();
    if (!engine_.heap().ledger().is_sampled()) return;
    SampleSum live;
    SampleSum allocated;
    for (const SampleSum& sum : engine_.heap().live_samples()) live.add(sum);
    for (std::uint32_t i = 0; i != engine_.heap().ledger().sites().size(); ++i) {
      if (engine_.origin_of(i).kind == ReplayEngine::SiteOrigin::Kind::kInherited) continue;
      allocated.add(engine_.heap().ledger().allocated_sample(i));
    }
    history_.totals.live_bytes_error = live.bytes_error();
    history_.totals.allocated_bytes_error = allocated.bytes_error();
  }

  void fill_totals() {
    const ReplayEngine::Totals& totals = engine_.totals();
    const HeapLedger& heap = engine_.heap().ledger();
    HeapTotals& out = history_.totals;
    out.events = totals.events;
    out.live = heap.live();
    std::uint64_t temporary_parts = 0;
    for (const SiteCounters& site : heap.sites()) temporary_parts += site.temporary_parts;
    out.temporary_allocations = whole_blocks(temporary_parts);
    for (const std::uint64_t parts : totals.parts_by_op) {
      history_.allocations_by_op.push_back(whole_blocks(parts));
    }
    for (const std::uint64_t parts : heap.deallocated_parts_by_op()) {
      history_.deallocations_by_op.push_back(whole_blocks(parts));
    }
    for (const std::uint64_t count : history_.allocations_by_op) out.allocations += count;
    for (const std::uint64_t count : history_.deallocations_by_op) out.deallocations += count;
    for (std::size_t i = 0; i != totals.bytes_by_class.size(); ++i) {
      out.allocated_bytes += totals.bytes_by_class[i];
      if (totals.parts_by_class[i] == 0) continue;
      const std::uint64_t min_bytes = i == 0 ? 0 : std::uint64_t{1} << (i - 1);
      history_.size_classes.push_back(
          {min_bytes, whole_blocks(totals.parts_by_class[i]), totals.bytes_by_class[i]});
    }
    fill_lifetimes();
    if (reader_.meta().counters) out.failed_allocations = reader_.meta().counters->failed_allocations;
    fill_sampling();
    history_.diagnostics.unknown_frees = heap.unknown_frees();
    history_.diagnostics.double_allocations = heap.double_allocations();
    history_.diagnostics.recovered_events = totals.recovered_events;
  }

  void fill_lifetimes() {
    const LiveHeap& heap = engine_.heap();
    if (!heap.lifetime_clock().is_on() || heap.ledger().is_sampled()) return;
    const LifetimeCounts counts = heap.lifetimes();
    for (std::size_t i = 0; i != counts.classes().size(); ++i) {
      const LifetimeCounts::Class& one = counts.classes()[i];
      if (one.blocks == 0) continue;
      history_.lifetimes.push_back({i == 0 ? 0 : std::uint64_t{1} << (i - 1), one.blocks, one.bytes});
    }
    history_.lifetime_resolution_ns = static_cast<std::uint64_t>(std::ceil(heap.lifetime_clock().resolution_ns()));
  }

  void fill_threads() {
    history_.threads = list_threads(reader_.meta(), clock_);
    std::unordered_map<ThreadId, std::size_t> position;
    for (std::size_t i = 0; i != history_.threads.size(); ++i) position.emplace(history_.threads[i].tid, i);
    for (const ThreadStream& stream : engine_.threads().streams()) {
      const ThreadId tid(stream.tid());
      const auto [found, is_new] = position.emplace(tid, history_.threads.size());
      if (is_new) history_.threads.emplace_back().tid = tid;
      history_.threads[found->second].allocations = whole_blocks(stream.allocated_parts());
      history_.threads[found->second].allocated_bytes = stream.allocated_bytes();
    }
  }

  struct KeptSite {
    SiteCounters counters;
    BlockTotals peak;
    SampleSum live_sample;
    SampleSum allocated_sample;
  };

  const TraceReader& reader_;
  const ReplayOptions& options_;
  HeapHistory& history_;
  TraceClock clock_;
  SamplePeriods sampling_;
  PcTables pcs_;
  EventFeed feed_;
  BlockOrigins origins_;
  ResourceReplay resources_;
  std::optional<HistoryRecorder> recorder_;  // before the engine, whose threads may call it to the end
  ReplayEngine engine_;
  std::vector<KeptSite> kept_;  // index: the engine's site; as of the end of the range
  bool range_is_over_ = false;
};

}  // namespace

HeapHistory replay_trace(TraceSource source, const ReplayOptions& options) {
  HeapHistory history;
  const TraceReader reader = TraceReader::open(std::move(source), history.diagnostics);
  HeapReplay(reader, options, history).run();
  return history;
}

HeapHistory replay_trace(const std::string& path, const ReplayOptions& options) {
  return replay_trace(open_trace_files(path), options);
}

}  // namespace leak::scan
