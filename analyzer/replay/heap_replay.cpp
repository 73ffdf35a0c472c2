#include "replay/heap_replay.h"

#include <algorithm>
#include <bit>
#include <thread>
#include <unordered_map>
#include <utility>

#include "base/units.h"
#include "replay/history_recorder.h"
#include "replay/inheritance.h"
#include "replay/process_info.h"

namespace leak::scan {

namespace {

// Decoding keeps about this many threads busy for one that replays.
constexpr unsigned kMaxThreads = 4;

unsigned decoding_threads(unsigned wanted) {
  if (wanted == 0) wanted = std::clamp(std::thread::hardware_concurrency(), 1U, kMaxThreads);
  return wanted - 1;
}

// One run over the events, from the first to the last.
class HeapReplay {
 public:
  HeapReplay(const TraceReader& reader, const ReplayOptions& options, HeapHistory& history)
      : reader_(reader),
        options_(options),
        history_(history),
        clock_(reader),
        feed_(reader, {decoding_threads(options.threads), false}),
        engine_(feed_, pcs_, history.stacks, page_bytes(reader), history.diagnostics) {}

  void run() {
    const std::uint64_t duration_ns = clock_.ns_at(reader_.last_ticks());
    history_.process = describe_process(reader_, duration_ns, history_.diagnostics);
    pcs_.add(reader_.meta(), clock_);
    inherit();
    HistoryRecorder recorder(reader_, clock_, duration_ns, options_);
    engine_.count_sites(!options_.from_ns);
    for (const Moment& moment : recorder.moments()) {
      engine_.run_until(moment.time + 1);
      if (moment.kind == MomentKind::kRangeBegin) begin_range(moment.time);
      if (moment.kind == MomentKind::kRangeEnd) end_range(moment.time);
      recorder.record(moment, engine_);
    }
    engine_.run_until(~std::uint64_t{0});
    finish_peak();
    if (!range_is_over_) keep_sites();
    const std::vector<std::uint32_t> final_site = number_sites();
    recorder.finish(final_site, history_);
    fill_totals();
    fill_threads();
    history_.mappings = engine_.mappings().ledger();
    history_.pcs = std::move(pcs_.pcs());
    history_.modules = std::move(pcs_.modules());
  }

 private:
  static std::uint64_t page_bytes(const TraceReader& reader) {
    return reader.meta().process ? reader.meta().process->record.page_bytes : 0;
  }

  void inherit() {
    if (!reader_.meta().process || reader_.meta().process->record.fork_ticks == 0) return;
    const InheritedHeap inherited =
        inherit_blocks(reader_, options_, engine_, pcs_, history_.stacks, history_.diagnostics);
    history_.process.fork_time_ns = inherited.fork_time_ns;
    engine_.heap().restart_peak(reader_.start_ticks() >> reader_.time_quantum_shift());
  }

  void begin_range(std::uint64_t time) {
    engine_.count_sites(true);
    restart_peak(time);
  }

  void end_range(std::uint64_t time) {
    keep_sites();
    range_is_over_ = true;
    engine_.count_sites(false);
    restart_peak(time);
  }

  // A range has a peak of its own for its sites; the highest of all parts is the peak of the run.
  void restart_peak(std::uint64_t time) {
    finish_peak();
    engine_.heap().restart_peak(time);
  }

  void finish_peak() {
    const LiveHeap& heap = engine_.heap();
    if (heap.peak().bytes <= history_.totals.peak.bytes) return;
    history_.totals.peak = heap.peak();
    history_.totals.peak_time_ns = clock_.ns_at(heap.peak_time() << reader_.time_quantum_shift());
  }

  void keep_sites() {
    const LiveHeap& heap = engine_.heap();
    for (const SiteCounters& counters : heap.sites()) {
      kept_.push_back({counters, heap.peak_of(counters)});
    }
  }

  // Fills history_.sites; returns the position of each of the engine's sites there.
  std::vector<std::uint32_t> number_sites() {
    std::vector<std::uint32_t> final_site(engine_.heap().sites().size(), HistoryRecorder::kNoSite);
    std::unordered_map<StackId, std::uint32_t> position;
    for (std::uint32_t i = 1; i < kept_.size(); ++i) {
      const SiteCounters& counters = kept_[i].counters;
      if (counters.allocations == 0) continue;
      const StackId stack = engine_.stack_of(i);
      const auto [found, is_new] = position.emplace(stack, static_cast<std::uint32_t>(history_.sites.size()));
      if (is_new) history_.sites.emplace_back().stack = stack;
      final_site[i] = found->second;
      Site& site = history_.sites[found->second];
      const BlockTotals live = counters.live();
      if (engine_.is_inherited(i)) {
        site.inherited = live;
      } else {
        site.allocations = counters.allocations;
        site.allocated_bytes = counters.allocated_bytes;
      }
      site.deallocations += counters.ended;
      site.temporary_allocations += counters.temporary;
      site.live.blocks += live.blocks;
      site.live.bytes += live.bytes;
      site.peak.blocks += kept_[i].peak.blocks;
      site.peak.bytes += kept_[i].peak.bytes;
    }
    return final_site;
  }

  void fill_totals() {
    const ReplayEngine::Totals& totals = engine_.totals();
    const LiveHeap& heap = engine_.heap();
    HeapTotals& out = history_.totals;
    out.events = totals.events;
    out.live = heap.live();
    for (const SiteCounters& site : heap.sites()) out.temporary_allocations += site.temporary;
    history_.allocations_by_op.assign(totals.allocations_by_op.begin(), totals.allocations_by_op.end());
    history_.deallocations_by_op.assign(heap.deallocations_by_op().begin(), heap.deallocations_by_op().end());
    for (const std::uint64_t count : history_.allocations_by_op) out.allocations += count;
    for (const std::uint64_t count : history_.deallocations_by_op) out.deallocations += count;
    for (std::size_t i = 0; i != totals.bytes_by_class.size(); ++i) {
      out.allocated_bytes += totals.bytes_by_class[i];
      if (totals.allocations_by_class[i] == 0) continue;
      const std::uint64_t min_bytes = i == 0 ? 0 : std::uint64_t{1} << (i - 1);
      history_.size_classes.push_back({min_bytes, totals.allocations_by_class[i], totals.bytes_by_class[i]});
    }
    if (reader_.meta().counters) out.failed_allocations = reader_.meta().counters->failed_allocations;
    for (const trace::SamplingRecord& sampling : reader_.meta().sampling) {
      history_.diagnostics.warnings.push_back(
          "This trace is a sample: on average one block per " + format_bytes(sampling.sample_bytes) +
          " was recorded, and all figures are of the recorded blocks alone, not scaled up.");
    }
    history_.diagnostics.unknown_frees = heap.unknown_frees();
    history_.diagnostics.double_allocations = heap.double_allocations();
    history_.diagnostics.recovered_events = totals.recovered_events;
  }

  void fill_threads() {
    history_.threads = list_threads(reader_.meta(), clock_);
    std::unordered_map<ThreadId, std::size_t> position;
    for (std::size_t i = 0; i != history_.threads.size(); ++i) position.emplace(history_.threads[i].tid, i);
    for (const ThreadStream& stream : engine_.threads().streams()) {
      const ThreadId tid(stream.tid());
      const auto [found, is_new] = position.emplace(tid, history_.threads.size());
      if (is_new) history_.threads.emplace_back().tid = tid;
      history_.threads[found->second].allocations = stream.allocations();
      history_.threads[found->second].allocated_bytes = stream.allocated_bytes();
    }
  }

  struct KeptSite {
    SiteCounters counters;
    BlockTotals peak;
  };

  const TraceReader& reader_;
  const ReplayOptions& options_;
  HeapHistory& history_;
  TraceClock clock_;
  PcTables pcs_;
  EventFeed feed_;
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
