#include "gate/baseline.h"

#include <algorithm>
#include <map>
#include <sstream>
#include <tuple>

#include "base/command_error.h"
#include "diff/fingerprint.h"

namespace leak::scan {

namespace {

constexpr std::string_view kFirstLine = "# leakscan baseline 1";
constexpr std::size_t kFingerprintDigits = 16;

[[noreturn]] void refuse(const std::string& file, std::size_t line, const std::string& what) {
  throw CommandError("baseline " + file + ":" + std::to_string(line) + ": " + what);
}

BaselineEntry parse_entry(const std::string& file, std::size_t number, const std::string& line) {
  std::istringstream words(line);
  BaselineEntry entry;
  std::string keyword;
  std::string rest;
  words >> keyword >> entry.fingerprint >> entry.blocks >> entry.bytes;
  const bool is_complete = !words.fail() && !(words >> rest);
  if (keyword != "leak" || !is_complete || entry.fingerprint.size() != kFingerprintDigits ||
      entry.fingerprint.find_first_not_of("0123456789abcdef") != std::string::npos) {
    refuse(file, number, "expected 'leak FINGERPRINT BLOCKS BYTES'");
  }
  return entry;
}

std::uint64_t entry_index(const Baseline& baseline, const GateLeak& leak) {
  for (std::size_t i = 0; i != baseline.size(); ++i) {
    if (baseline[i].fingerprint == leak.fingerprint) return i;
  }
  for (std::size_t i = 0; i != baseline.size(); ++i) {
    if (is_same_place(baseline[i].frames, leak.stable_stack)) return i;
  }
  return baseline.size();
}

}  // namespace

Baseline parse_baseline(const std::string& file_name, const std::string& text) {
  std::istringstream lines(text);
  std::string line;
  if (!std::getline(lines, line) || line != kFirstLine) {
    refuse(file_name, 1, "this is no baseline: its first line is not '" + std::string(kFirstLine) + "'");
  }
  Baseline baseline;
  for (std::size_t number = 2; std::getline(lines, line); ++number) {
    if (line.empty() || line.front() == '#') continue;
    if (line.front() != ' ') {
      baseline.push_back(parse_entry(file_name, number, line));
    } else if (baseline.empty()) {
      refuse(file_name, number, "a frame without a leak above it");
    } else {
      baseline.back().frames.push_back(line.substr(line.find_first_not_of(' ')));
    }
  }
  return baseline;
}

std::string format_baseline(const Baseline& baseline) {
  std::string text(kFirstLine);
  text += "\n# Leaks that are known. `leakscan check --baseline FILE --update-baseline` writes this file.\n";
  for (const BaselineEntry& entry : baseline) {
    text += "leak " + entry.fingerprint + ' ' + std::to_string(entry.blocks) + ' ' +
            std::to_string(entry.bytes) + '\n';
    for (const std::string& frame : entry.frames) text += "  " + frame + '\n';
  }
  return text;
}

Baseline baseline_of(const std::vector<GateLeak>& leaks) {
  // The largest of several processes counts: each is judged by itself.
  std::map<std::tuple<std::vector<std::string>, std::string>, BaselineEntry> entries;
  for (const GateLeak& leak : leaks) {
    if (leak.state == LeakState::kSuppressed) continue;
    BaselineEntry& entry = entries[{leak.stable_stack, leak.fingerprint}];
    entry.fingerprint = leak.fingerprint;
    entry.frames = leak.stable_stack;
    entry.blocks = std::max(entry.blocks, leak.blocks);
    entry.bytes = std::max(entry.bytes, leak.bytes);
  }
  Baseline baseline;
  for (auto& [key, entry] : entries) baseline.push_back(std::move(entry));
  return baseline;
}

bool has_grown(std::uint64_t before_blocks, std::uint64_t after_blocks) {
  constexpr std::uint64_t kFew = 16;
  return after_blocks > before_blocks + before_blocks / 2 + kFew;
}

std::vector<BaselineChange> apply_baseline(const Baseline& baseline, std::vector<GateLeak>& leaks) {
  std::vector<bool> seen(baseline.size());
  for (GateLeak& leak : leaks) {
    const std::uint64_t index = entry_index(baseline, leak);
    if (index == baseline.size()) continue;
    seen[index] = true;
    if (leak.state == LeakState::kSuppressed) continue;
    leak.state = has_grown(baseline[index].blocks, leak.blocks) ? LeakState::kGrown : LeakState::kKnown;
  }
  std::vector<BaselineChange> fixed;
  for (std::size_t i = 0; i != baseline.size(); ++i) {
    if (seen[i]) continue;
    std::string place;
    for (const std::string& frame : baseline[i].frames) place += (place.empty() ? "" : " < ") + frame;
    fixed.push_back({place, baseline[i].blocks, baseline[i].bytes});
  }
  return fixed;
}

}  // namespace leak::scan
