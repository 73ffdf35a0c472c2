// What `leakscan info` says about a trace, from its meta records alone: plain data.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostics.h"
#include "replay/heap_history.h"
#include "report/report_model.h"

namespace leak::scan {

struct TraceInfo {
  ProcessInfo process;
  std::string end_kind;  // as in ReportProcess
  std::uint64_t file_bytes = 0;
  bool has_journal = false;
  std::uint64_t event_chunks = 0;  // in the trace and in the journal
  std::uint64_t events = 0;        // as the chunks say
  std::uint64_t failed_allocations = 0;
  std::uint64_t nested_maps = 0;
  std::uint64_t deferred_events = 0;
  std::vector<ReportNamedCount> drops;  // by reason, those that happened
  std::uint64_t program_counters = 0;
  std::uint64_t samples = 0;
  struct StackChecks {  // LEAKHOOK_VERIFY_STACKS: stacks compared with a full walk by libunwind
    std::uint64_t checked = 0;
    std::uint64_t mismatches = 0;
    std::uint64_t guessed = 0;
    std::uint64_t undecided = 0;
  };
  std::optional<StackChecks> stack_checks;
  // As the kernel listed them; absent when they were not tracked, or the process was killed.
  std::optional<std::uint64_t> descriptors_at_start;
  std::optional<std::uint64_t> descriptors_at_end;
  std::optional<std::uint64_t> threads_at_end;
  struct BackPressure {  // threads that waited for the recorder to catch up
    std::uint64_t waits = 0;
    std::uint64_t wait_ns = 0;  // of all threads together
    std::uint64_t cpu_ns = 0;   // of the process, the recorder's included
  };
  BackPressure back_pressure;
  std::vector<SamplingPeriod> sampling;  // by time; empty: everything was recorded
  struct Part {  // of the file
    std::string_view name;
    std::uint64_t stored_bytes = 0;
    std::uint64_t coded_bytes = 0;  // before compression; 0: not told
  };
  struct Columns {  // `leakscan info --columns`
    std::vector<Part> parts;
    std::uint64_t chunks = 0;            // with events
    std::uint64_t predicted_chunks = 0;  // of these: addresses are predicted
  };
  std::optional<Columns> columns;
  std::vector<std::string> markers;
  std::vector<std::uint32_t> forked_children;
  std::vector<ReportThread> threads;  // names only
  std::vector<ReportModule> modules;
  Diagnostics diagnostics;
};

// A sentence when threads waited for more than a twentieth of the program's CPU time.
std::optional<std::string> warning_about(const TraceInfo::BackPressure& waits);

}  // namespace leak::scan
