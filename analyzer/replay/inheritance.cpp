#include "replay/inheritance.h"

#include <algorithm>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/command_error.h"
#include "decode/sample_weights.h"
#include "replay/trace_clock.h"

namespace leak::scan {

namespace {

// Forks of forks. A trace that names itself as its parent must end somewhere.
constexpr int kMaxGenerations = 32;

std::optional<TraceSource> find_parent_file(const std::string& recorded_path, const std::string& child_path) {
  const std::size_t name = recorded_path.rfind('/');
  const std::size_t directory = child_path.rfind('/');
  const std::string beside = (directory == std::string::npos ? "" : child_path.substr(0, directory + 1)) +
                             (name == std::string::npos ? recorded_path : recorded_path.substr(name + 1));
  for (const std::string& path : {recorded_path, beside}) {
    try {
      return open_trace_files(path);
    } catch (const CommandError&) {
      // Not there, or no file that can be read: the next place may have it.
    }
  }
  return std::nullopt;
}

class Inheritance {
 public:
  explicit Inheritance(const ReplayOptions& options) : options_(options) {}

  InheritedHeap run(const TraceReader& child, int generation, ReplayEngine& engine, PcTables& pcs,
                    StackTable& stacks, Diagnostics& diagnostics) {
    const ProcessMeta& process = *child.meta().process;
    std::optional<TraceSource> source = options_.find_parent
                                            ? options_.find_parent(process.parent_trace, child.path())
                                            : find_parent_file(process.parent_trace, child.path());
    if (!source || generation > kMaxGenerations) {
      warn(diagnostics, process, "was not found");
      return {};
    }
    Diagnostics parent_diagnostics;  // of another file: it has its own report
    std::optional<TraceReader> parent;
    try {
      parent = TraceReader::open(std::move(*source), parent_diagnostics);
    } catch (const CommandError&) {
      warn(diagnostics, process, "cannot be read");
      return {};
    }
    if (!parent->meta().process ||
        parent->meta().process->record.header.ticks != process.record.parent_process_start) {
      warn(diagnostics, process, "is of another process");
      return {};
    }
    replay_parent(*parent, process.record.fork_ticks, generation, engine, pcs, stacks, diagnostics);
    return {true, TraceClock(*parent).ns_at(process.record.fork_ticks)};
  }

 private:
  static void warn(Diagnostics& diagnostics, const ProcessMeta& process, const std::string& why) {
    diagnostics.warnings.push_back("This process was forked from pid " +
                                   std::to_string(process.record.parent_pid) + ", but the parent's trace '" +
                                   process.parent_trace + "' " + why +
                                   "; blocks from before the fork are missing, and their frees are unknown.");
  }

  void replay_parent(const TraceReader& parent, std::uint64_t fork_ticks, int generation,
                     ReplayEngine& engine, PcTables& pcs, StackTable& stacks, Diagnostics& diagnostics) {
    StackTable parent_stacks;
    PcTables parent_pcs;
    parent_pcs.add(parent.meta(), TraceClock(parent));
    EventFeed feed(parent, {options_.threads > 1 ? options_.threads - 1 : 0, false});
    Diagnostics ignored;
    ReplayEngine parent_engine(feed, parent_pcs, parent_stacks, 0, ignored);
    if (parent.meta().process->record.fork_ticks != 0) {
      run(parent, generation + 1, parent_engine, parent_pcs, parent_stacks, diagnostics);
    }
    const std::uint64_t end = (fork_ticks >> parent.time_quantum_shift()) + 1;
    const SamplePeriods sampling(parent.meta().sampling, parent.time_quantum_shift());
    for (const SamplePeriods::Period& period : sampling.list()) {
      parent_engine.run_until(std::min(period.start, end));
      parent_engine.begin_sampling_period(period.sample_bytes);
    }
    parent_engine.run_until(end);

    std::unordered_map<StackId, StackId> adopted;
    const auto adopt_stack = [&](StackId foreign) {
      const auto [found, is_new] = adopted.emplace(foreign, StackId{});
      if (!is_new) return found->second;
      const std::vector<PcId> frames = parent_stacks.frames(foreign);
      StackId stack;
      for (std::size_t i = frames.size(); i != 0; --i) {
        stack = stacks.intern(stack, pcs.adopt(frames[i - 1], parent_pcs.pcs(), parent_pcs.modules()));
      }
      found->second = stack;
      return stack;
    };
    for (const LiveBlock& block : parent_engine.heap().live_blocks()) {
      engine.inherit(block.address, block.size, adopt_stack(parent_engine.origin_of(block.site).stack),
                     parent_engine.heap().ledger().rate_of(block.site));
    }
  }

  const ReplayOptions& options_;
};

}  // namespace

InheritedHeap inherit_blocks(const TraceReader& reader, const ReplayOptions& options, ReplayEngine& engine,
                             PcTables& pcs, StackTable& stacks, Diagnostics& diagnostics) {
  return Inheritance(options).run(reader, 1, engine, pcs, stacks, diagnostics);
}

}  // namespace leak::scan
