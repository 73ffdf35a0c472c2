#include "gate/rule.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>
#include <utility>

#include "base/command_error.h"
#include "base/did_you_mean.h"
#include "base/units.h"

namespace leak::scan {

namespace {

constexpr std::string_view kSiteStart = "site(";
constexpr std::size_t kLongestPattern = 1000;
constexpr std::array<const char*, 3> kSeverityNames = {"good", "warning", "critical"};  // by Severity

bool is_word(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

class RuleParser {
 public:
  explicit RuleParser(const std::string& text) : text_(text) {}

  Rule parse() {
    Rule rule;
    rule.text = text_;
    read_site(rule);
    read_fact(rule);
    read_comparison(rule);
    read_threshold(rule);
    read_condition(rule);
    return rule;
  }

 private:
  [[noreturn]] void fail(std::size_t at, const std::string& what) const {
    throw CommandError("rule '" + text_ + "', column " + std::to_string(at + 1) + ": " + what + "\n  " +
                       text_ + "\n  " + std::string(at, ' ') + "^");
  }

  void skip_blanks() {
    while (at_ != text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
  }

  std::string read_word() {
    skip_blanks();
    const std::size_t begin = at_;
    while (at_ != text_.size() && is_word(text_[at_])) ++at_;
    return text_.substr(begin, at_ - begin);
  }

  void read_site(Rule& rule) {
    skip_blanks();
    if (text_.compare(at_, kSiteStart.size(), kSiteStart) != 0) return;
    const std::size_t begin = at_ + kSiteStart.size();
    const std::size_t end = text_.rfind("):");
    if (end == std::string::npos || end < begin) fail(at_, "site(REGEX) needs '):' and a fact behind it");
    if (end == begin) fail(begin, "site(REGEX) needs a regular expression");
    if (end - begin > kLongestPattern) fail(begin, "this regular expression is too long");
    try {
      rule.site = std::make_shared<std::regex>(text_.substr(begin, end - begin));
    } catch (const std::regex_error&) {
      fail(begin, "'" + text_.substr(begin, end - begin) + "' is no regular expression");
    }
    at_ = end + 2;
  }

  void read_fact(Rule& rule) {
    skip_blanks();
    const std::size_t begin = at_;
    const std::string name = read_word();
    if (name.empty()) fail(begin, "a fact such as lost, growth or peak belongs here");
    for (const FactName& fact : rule_facts()) {
      if (name == fact.name) rule.fact = &fact;
    }
    if (rule.fact == nullptr) fail(begin, "there is no fact '" + name + "'" + suggestion(name));
    if (rule.site && !rule.fact->of_sites) fail(begin, "'" + name + "' is no fact of a site");
  }

  static std::string suggestion(const std::string& typed) {
    std::vector<std::string> names;
    std::string all;
    for (const FactName& fact : rule_facts()) {
      names.emplace_back(fact.name);
      all += (all.empty() ? "" : ", ") + names.back();
    }
    const std::optional<std::string> meant = closest_word(typed, names);
    return meant ? "; did you mean '" + *meant + "'?" : "; the facts are " + all;
  }

  void read_comparison(Rule& rule) {
    static constexpr std::array<std::pair<std::string_view, Comparison>, 6> kComparisons = {
        {{">=", Comparison::kGreaterEqual},
         {"<=", Comparison::kLessEqual},
         {"==", Comparison::kEqual},
         {"!=", Comparison::kNotEqual},
         {">", Comparison::kGreater},
         {"<", Comparison::kLess}}};
    skip_blanks();
    for (const auto& [sign, comparison] : kComparisons) {
      if (text_.compare(at_, sign.size(), sign) != 0) continue;
      rule.comparison = comparison;
      at_ += sign.size();
      return;
    }
    const bool single = at_ != text_.size() && text_[at_] == '=';
    fail(at_, single ? "'=' is written '=='" : "one of > >= < <= == != belongs here");
  }

  void read_threshold(Rule& rule) {
    skip_blanks();
    if (rule.fact->unit == FactUnit::kSeverity) {
      rule.threshold = read_severity();
      return;
    }
    const char* begin = text_.data() + at_;
    const auto [end, error] = std::from_chars(begin, text_.data() + text_.size(), rule.threshold);
    if (error != std::errc() || end == begin || !(rule.threshold >= 0 && rule.threshold <= 1e18)) {
      fail(at_, "a number belongs here");
    }
    at_ += static_cast<std::size_t>(end - begin);
    const std::size_t unit_at = at_;
    skip_blanks();
    if (rule.fact->unit == FactUnit::kCount) {
      if (at_ == unit_at && at_ != text_.size())
        fail(at_, "'" + std::string(rule.fact->name) + "' is a count and has no unit");
      return;
    }
    rule.threshold *= read_size_unit(*rule.fact);
    if (rule.fact->unit == FactUnit::kBytesPerSecond) rule.threshold /= read_seconds();
  }

  double read_severity() {
    const std::size_t begin = at_;
    const std::string word = read_word();
    for (std::size_t i = 0; i != kSeverityNames.size(); ++i) {
      if (word == kSeverityNames[i]) return static_cast<double>(i);
    }
    fail(begin, "a severity is good, warning or critical");
  }

  bool at_condition() const { return text_.compare(at_, 2, "if") == 0; }

  double read_size_unit(const FactName& fact) {
    const std::size_t begin = at_;
    if (at_ == text_.size() || at_condition() || text_[at_] == '/') return 1;
    const std::string unit = read_word();
    const std::optional<double> bytes = bytes_of_unit(unit);
    if (!bytes) fail(begin, "'" + std::string(fact.name) + "' takes a size such as 64K, 1.5MB or 2GiB");
    return *bytes;
  }

  double read_seconds() {
    skip_blanks();
    if (at_ == text_.size() || text_[at_] != '/') fail(at_, "a rate needs a time: 1MB/min; also /s, /h, /d");
    ++at_;
    skip_blanks();
    const std::size_t begin = at_;
    const std::string unit = read_word();
    static constexpr std::array<std::pair<std::string_view, double>, 9> kTimes = {{{"s", 1},
                                                                                   {"sec", 1},
                                                                                   {"second", 1},
                                                                                   {"min", 60},
                                                                                   {"minute", 60},
                                                                                   {"h", 3600},
                                                                                   {"hour", 3600},
                                                                                   {"d", 86400},
                                                                                   {"day", 86400}}};
    for (const auto& [name, seconds] : kTimes) {
      if (unit == name) return seconds;
    }
    fail(begin, "a time is s, min, h or d");
  }

  void read_condition(Rule& rule) {
    skip_blanks();
    if (at_ == text_.size()) return;
    const std::size_t begin = at_;
    if (read_word() == "if" && read_word() == "known") {
      skip_blanks();
      if (at_ == text_.size()) {
        rule.if_known = true;
        return;
      }
    }
    fail(begin, "only 'if known' may stand behind the number");
  }

  const std::string& text_;
  std::size_t at_ = 0;
};

}  // namespace

const std::vector<FactName>& rule_facts() {
  using enum FactUnit;
  static const std::vector<FactName> kFacts = {
      {"lost", Fact::kLost, kCount, true, "blocks that nothing points to, and what only they hold"},
      {"lost_bytes", Fact::kLostBytes, kBytes, true, "their bytes"},
      {"possibly_lost", Fact::kPossiblyLost, kCount, true, "blocks with interior pointers only"},
      {"cycles", Fact::kCycles, kCount, false, "reference cycles that keep themselves alive"},
      {"growth", Fact::kGrowth, kBytesPerSecond, true, "steady growth, still rising at the end"},
      {"peak", Fact::kPeak, kBytes, true, "largest size of the heap"},
      {"live", Fact::kLive, kCount, true, "blocks live at the end"},
      {"live_bytes", Fact::kLiveBytes, kBytes, true, "their bytes"},
      {"allocations", Fact::kAllocations, kCount, true, "allocations"},
      {"allocated_bytes", Fact::kAllocatedBytes, kBytes, true, "bytes of all allocations"},
      {"temporary", Fact::kTemporary, kCount, true, "allocations freed again at once"},
      {"fds", Fact::kFds, kCount, true, "descriptors that the program opened and left open"},
      {"threads", Fact::kThreads, kCount, true, "threads that were neither joined nor detached"},
      {"new_leaks", Fact::kNewLeaks, kCount, false,
       "places that leak and did not in the baseline (diff: before)"},
      {"grown_leaks", Fact::kGrownLeaks, kCount, false, "known leaks with many more blocks than then"},
      {"severity", Fact::kSeverity, kSeverity, false, "good, warning or critical, as in reports"},
      {"dropped_events", Fact::kDroppedEvents, kCount, false, "events that could not be recorded"},
  };
  return kFacts;
}

bool Rule::fails(double value) const {
  switch (comparison) {
    case Comparison::kGreater:
      return value > threshold;
    case Comparison::kGreaterEqual:
      return value >= threshold;
    case Comparison::kLess:
      return value < threshold;
    case Comparison::kLessEqual:
      return value <= threshold;
    case Comparison::kEqual:
      return value == threshold;
    case Comparison::kNotEqual:
      break;
  }
  return value != threshold;
}

Rule parse_rule(const std::string& text) { return RuleParser(text).parse(); }

std::string format_fact(FactUnit unit, double value) {
  if (unit == FactUnit::kBytesPerSecond) return format_bytes_per_second(value);
  const auto whole = static_cast<std::uint64_t>(std::max(value, 0.0));
  if (unit == FactUnit::kSeverity) return kSeverityNames[std::min(whole, kSeverityNames.size() - 1)];
  return unit == FactUnit::kBytes ? format_bytes(whole) : format_count(whole);
}

}  // namespace leak::scan
