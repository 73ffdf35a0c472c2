// Leaks that are known, in a file that lives with the sources: a line "leak FINGERPRINT BLOCKS BYTES", then
// the frames behind the fingerprint, blamed one first, indented. Text, sorted, one fact a line: it merges.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gate/gate_report.h"

namespace leak::scan {

struct BaselineEntry {
  std::string fingerprint;
  std::uint64_t blocks = 0;
  std::uint64_t bytes = 0;
  std::vector<std::string> frames;
  bool operator==(const BaselineEntry&) const = default;
};

using Baseline = std::vector<BaselineEntry>;

// Throws CommandError with file and line.
Baseline parse_baseline(const std::string& file_name, const std::string& text);
std::string format_baseline(const Baseline& baseline);

// All leaks but suppressed ones.
Baseline baseline_of(const std::vector<GateLeak>& leaks);

// Many more blocks than before: beyond what another day's input or hash seed explains.
bool has_grown(std::uint64_t before_blocks, std::uint64_t after_blocks);

// Sets the state of the leaks that are known; returns the entries that leak no more. Leaks find their entry
// by fingerprint, else by is_same_place().
std::vector<BaselineChange> apply_baseline(const Baseline& baseline, std::vector<GateLeak>& leaks);

}  // namespace leak::scan
