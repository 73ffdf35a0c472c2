// Everything in a trace that is not an event, as plain structs. Times are ticks of the process clock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/diagnostics.h"
#include "trace_format/record.h"

namespace leak::scan {

struct ProcessMeta {
  trace::ProcessRecord record{};
  std::string exe;
  std::string working_directory;
  std::string parent_trace;
  std::string allocator;
  std::string hook_version;
  std::string settings;  // "NAME=value" lines
  std::vector<std::string> argv;
};

struct ModuleMeta {
  trace::ModuleRecord record{};
  std::vector<std::uint8_t> build_id;
  std::string path;
  std::optional<std::uint64_t> gone_ticks;
};

struct ThreadMeta {
  std::uint32_t tid = 0;
  std::string name;
  std::optional<std::uint64_t> started_ticks;
  std::optional<std::uint64_t> ended_ticks;
};

struct MarkerMeta {
  trace::MarkerRecord record{};
  std::string label;
};

struct DescriptorMeta {
  std::uint32_t number = 0;
  bool is_listening = false;
  std::string what;  // empty at the start of a recording
};

// What the kernel said was open at one moment; absent when it could not be asked to the end.
using DescriptorCensus = std::optional<std::vector<DescriptorMeta>>;

struct TraceMeta {
  std::optional<ProcessMeta> process;  // absent when its frame is lost and there is no journal
  std::vector<ModuleMeta> modules;     // in the order of the records
  std::vector<trace::PcRecord> pcs;
  std::vector<ThreadMeta> threads;                // a tid that was used again is one entry
  std::vector<trace::SampleRecord> samples;       // by time
  std::vector<MarkerMeta> markers;                // by time
  std::optional<trace::CountersRecord> counters;  // the newest
  std::optional<trace::EndRecord> end;
  std::vector<trace::ChildRecord> children;
  std::optional<trace::BackPressureRecord> back_pressure;    // the newest; absent: no thread waited
  std::optional<trace::StackCheckRecord> stack_checks;       // the newest
  std::vector<trace::StackMismatchRecord> stack_mismatches;  // the first few
  std::vector<trace::SamplingRecord> sampling;               // by time
  std::vector<trace::UnreportedRecord> unreported;           // by time
  DescriptorCensus descriptors_at_start;
  DescriptorCensus descriptors_at_end;
  std::optional<std::vector<trace::LiveThreadRecord>> live_threads;  // at the end
  std::optional<std::uint64_t> memory_limit_bytes;                   // of the control groups
};

// Parses the bodies of kMeta chunks, in any order of chunks, into one TraceMeta.
class MetaParser {
 public:
  explicit MetaParser(TraceMeta& meta, Diagnostics& diagnostics) : meta_(meta), diagnostics_(diagnostics) {}

  // False when the rest of `body` makes no sense; what stood before it is kept.
  bool parse(std::span<const std::uint8_t> body);

  // Puts samples and markers into time order. Call once, after the last parse().
  void finish();

 private:
  bool parse_record(std::span<const std::uint8_t> record, const trace::MetaHeader& header);
  bool parse_module(std::span<const std::uint8_t> record);
  bool parse_thread(std::span<const std::uint8_t> record);
  bool parse_marker(std::span<const std::uint8_t> record);
  bool parse_sampling(std::span<const std::uint8_t> record);
  bool parse_descriptor(std::span<const std::uint8_t> record);
  bool parse_live_thread(std::span<const std::uint8_t> record);

  TraceMeta& meta_;
  Diagnostics& diagnostics_;
  // Lists whose end has not come.
  std::vector<DescriptorMeta> unfinished_at_start_;
  std::vector<DescriptorMeta> unfinished_at_end_;
  std::vector<trace::LiveThreadRecord> unfinished_threads_;
  std::unordered_map<std::uint32_t, std::size_t> module_index_;
  std::unordered_map<std::uint32_t, std::size_t> thread_index_;
};

// A whole process record with its strings; nullopt when it is cut short.
std::optional<ProcessMeta> parse_process(std::span<const std::uint8_t> record);

}  // namespace leak::scan
