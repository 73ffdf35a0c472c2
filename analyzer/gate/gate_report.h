// What gates found, plain and complete: what the renderers of gates show.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace leak::scan {

enum class LeakState {
  kOpen,        // counts
  kKnown,       // in the baseline
  kGrown,       // in the baseline, with far fewer blocks
  kSuppressed,  // somebody decided to live with it
};

// One place of one process that leaks.
struct GateLeak {
  std::size_t process = 0;  // index into GateReport::processes
  std::string kind;         // leak | cycle | growth | mapping | ...: as findings
  std::string title;        // one sentence
  std::string advice;
  std::uint64_t blocks = 0;
  std::uint64_t bytes = 0;
  std::string function;  // to blame; empty when unknown
  std::string file;      // relative to the source root where it is below; empty when unknown
  std::uint32_t line = 0;
  std::string module;
  std::vector<std::string> stack;         // for people, leaf first
  std::string fingerprint;                // diff/fingerprint.h
  std::vector<std::string> stable_stack;  // what it was made of
  LeakState state = LeakState::kOpen;
  std::string suppressed_by;
};

struct RuleOutcome {
  std::string rule;
  std::size_t process = 0;
  enum class Kind { kPassed, kFailed, kUnknown } kind = Kind::kPassed;
  std::string value;        // "3"; empty when unknown
  std::string explanation;  // unknown: why
};

struct GateProcess {
  std::string name;  // of the executable
  std::uint32_t pid = 0;
  std::uint32_t depth = 0;
  std::uint64_t duration_ns = 0;
  std::string end;  // "exited with code 0"
  std::string verdict;
  std::uint64_t peak_bytes = 0;
  std::uint64_t live_bytes = 0;
  std::optional<std::uint64_t> lost_blocks;  // that count; absent without a scan
  std::optional<std::uint64_t> lost_bytes;
  bool failed = false;
};

struct SuppressionUse {
  std::string text;
  std::string origin;
  std::uint64_t leaks = 0;
  std::uint64_t blocks = 0;
  std::uint64_t bytes = 0;
  std::string problem;  // "expired on ...", "unused", "matches 30 blocks, more than max=20"; empty: fine
  bool built_in = false;
};

struct BaselineChange {
  std::string place;
  std::uint64_t blocks = 0;
  std::uint64_t bytes = 0;
};

struct GateReport {
  std::string tool_version;
  bool failed = false;
  std::string verdict;  // one sentence
  std::vector<GateProcess> processes;
  std::vector<RuleOutcome> outcomes;         // by process, then as the rules were given
  std::vector<GateLeak> leaks;               // open ones first, then by bytes
  std::vector<SuppressionUse> suppressions;  // that did something, or have a problem
  std::vector<BaselineChange> fixed;         // entries of the baseline that leak no more
  bool has_baseline = false;
};

}  // namespace leak::scan
