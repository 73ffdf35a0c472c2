// What fails a gate:
//
//     rule  = ["site(" regex "):"] fact operator number [unit] ["if known"]
//     fact  = lost | lost_bytes | growth | peak | ...            (rule_facts())
//     operator = ">" | ">=" | "<" | "<=" | "==" | "!="
//     unit  = sizes: B K KB KiB M MB MiB G GB GiB T TB TiB, all powers of 1024; rates: a size "/" s, min, h
//     or d;
//             none for counts; a severity is a word instead: good, warning or critical
//
// "lost>0" fails a process that has lost blocks. A rule is judged for each process by itself. Blanks are
// free. The words "if known" let a process pass of which the fact was not recorded.
#pragma once

#include <memory>
#include <optional>
#include <regex>
#include <string>
#include <vector>

namespace leak::scan {

enum class Fact {
  kLost,
  kLostBytes,
  kPossiblyLost,
  kCycles,
  kGrowth,
  kPeak,
  kLive,
  kLiveBytes,
  kAllocations,
  kAllocatedBytes,
  kTemporary,
  kFds,
  kThreads,
  kNewLeaks,
  kGrownLeaks,
  kSeverity,
  kDroppedEvents
};

enum class FactUnit { kCount, kBytes, kBytesPerSecond, kSeverity };

struct FactName {
  const char* name;
  Fact fact;
  FactUnit unit;
  bool of_sites;  // may follow "site(...):"
  const char* meaning;
};

const std::vector<FactName>& rule_facts();

enum class Comparison { kGreater, kGreaterEqual, kLess, kLessEqual, kEqual, kNotEqual };

struct Rule {
  std::string text;  // as typed
  const FactName* fact = nullptr;
  std::shared_ptr<const std::regex> site;  // nullptr: the whole process
  Comparison comparison = Comparison::kGreater;
  double threshold = 0;  // bytes, a count, or bytes per second
  bool if_known = false;

  bool fails(double value) const;
};

// Throws CommandError that says what is wrong and points at the place.
Rule parse_rule(const std::string& text);

// The value as the rule's author would write it: "3", "64.0 KiB", "+1.2 MiB/s".
std::string format_fact(FactUnit unit, double value);

}  // namespace leak::scan
