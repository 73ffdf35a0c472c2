#include <algorithm>
#include <array>
#include <cstdio>
#include <string>

#include "render/ci_formats.h"
#include "render/markdown.h"

namespace leak::scan {

namespace {

using Kind = RuleOutcome::Kind;

std::string seconds(std::uint64_t time_ns) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.3f", static_cast<double>(time_ns) / 1e9);
  return text.data();
}

bool counts(const GateLeak& leak) {
  return leak.state == LeakState::kOpen || leak.state == LeakState::kGrown;
}

void write_failure(const GateReport& report, const RuleOutcome& outcome, std::ostream& out) {
  out << "      <failure type=\"gate\" message=\"" << html_text(outcome.rule + ": " + outcome.value) << "\">";
  for (const GateLeak& leak : report.leaks) {
    if (leak.process != outcome.process || !counts(leak)) continue;
    out << html_text(leak.title) << '\n';
    for (const std::string& frame : leak.stack) out << "    " << html_text(frame) << '\n';
  }
  out << "</failure>\n";
}

std::ptrdiff_t count_of(const GateReport& report, Kind kind, const std::size_t* process) {
  return std::count_if(report.outcomes.begin(), report.outcomes.end(), [=](const RuleOutcome& outcome) {
    return outcome.kind == kind && (process == nullptr || outcome.process == *process);
  });
}

void write_suite(const GateReport& report, std::size_t index, std::ostream& out) {
  const GateProcess& process = report.processes[index];
  const std::string name = html_text(process.name + " (pid " + std::to_string(process.pid) + ")");
  const auto failures = count_of(report, Kind::kFailed, &index);
  const auto skipped = count_of(report, Kind::kUnknown, &index);
  out << "  <testsuite name=\"" << name << "\" tests=\""
      << failures + skipped + count_of(report, Kind::kPassed, &index) << "\" failures=\"" << failures
      << "\" errors=\"0\" skipped=\"" << skipped << "\" time=\"" << seconds(process.duration_ns) << "\">\n";
  for (const RuleOutcome& outcome : report.outcomes) {
    if (outcome.process != index) continue;
    out << "    <testcase classname=\"leakscan." << html_text(process.name) << "\" name=\""
        << html_text(outcome.rule) << "\" time=\"0.000\"";
    if (outcome.kind == Kind::kPassed) {
      out << "/>\n";
      continue;
    }
    out << ">\n";
    if (outcome.kind == Kind::kFailed) {
      write_failure(report, outcome, out);
    } else {
      out << "      <skipped message=\"" << html_text(outcome.explanation) << "\"/>\n";
    }
    out << "    </testcase>\n";
  }
  out << "  </testsuite>\n";
}

}  // namespace

void render_junit(const GateReport& report, std::ostream& out) {
  out << "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"leakscan\" tests=\""
      << report.outcomes.size() << "\" failures=\"" << count_of(report, Kind::kFailed, nullptr)
      << "\" errors=\"0\">\n";
  for (std::size_t i = 0; i != report.processes.size(); ++i) write_suite(report, i, out);
  out << "</testsuites>\n";
}

}  // namespace leak::scan
