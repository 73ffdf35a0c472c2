// Tables and code spans that every Markdown of GitHub and GitLab shows.
#include <algorithm>
#include <string>

#include "base/units.h"
#include "render/gate_text.h"
#include "render/markdown.h"

namespace leak::scan {

namespace {

constexpr std::size_t kMostLeaks = 50;

std::string state_text(const GateLeak& leak, bool has_baseline) {
  switch (leak.state) {
    case LeakState::kKnown:
      return "known";
    case LeakState::kGrown:
      return "**grown**";
    case LeakState::kSuppressed:
      return "suppressed by " + markdown_code(leak.suppressed_by);
    case LeakState::kOpen:
      break;
  }
  return has_baseline ? "**new**" : "**leak**";
}

std::string location(const GateLeak& leak) {
  return leak.file.empty() ? leak.module : leak.file + ":" + std::to_string(leak.line);
}

void write_leaks(const GateReport& report, std::ostream& out) {
  if (report.leaks.empty()) return;
  out << "\n| | bytes | blocks | function | place | process |\n|---|---:|---:|---|---|---|\n";
  const std::size_t shown = std::min(report.leaks.size(), kMostLeaks);
  for (std::size_t i = 0; i != shown; ++i) {
    const GateLeak& leak = report.leaks[i];
    out << "| " << state_text(leak, report.has_baseline) << " | " << format_bytes(leak.bytes) << " | "
        << format_count(leak.blocks) << " | " << markdown_code(leak.function) << " | "
        << markdown_code(location(leak)) << " | " << markdown_code(report.processes[leak.process].name)
        << " |\n";
  }
  if (shown != report.leaks.size()) out << "\n" << report.leaks.size() - shown << " more.\n";
}

void write_stacks(const GateReport& report, std::ostream& out) {
  std::size_t shown = 0;
  for (const GateLeak& leak : report.leaks) {
    if (leak.state != LeakState::kOpen && leak.state != LeakState::kGrown) continue;
    if (++shown > kMostLeaks) return;
    out << "\n<details><summary>" << html_text(leak.title) << "</summary>\n\n"
        << html_text(leak.advice) << "\n<pre>\n";
    for (const std::string& frame : leak.stack) out << html_text(frame) << '\n';
    out << "</pre>\n</details>\n";
  }
}

void write_outcomes(const GateReport& report, std::ostream& out) {
  if (report.outcomes.empty()) return;
  out << "\n| rule | process | value | |\n|---|---|---:|---|\n";
  for (const RuleOutcome& outcome : report.outcomes) {
    const GateProcess& process = report.processes[outcome.process];
    const bool passed = outcome.kind == RuleOutcome::Kind::kPassed;
    if (passed && report.processes.size() > 1) continue;
    out << "| " << markdown_code(outcome.rule) << " | " << markdown_code(process.name) << ' ' << process.pid
        << " | " << outcome.value << " | "
        << (passed                                       ? "passed"
            : outcome.kind == RuleOutcome::Kind::kFailed ? "**failed**"
                                                         : "unknown: " + outcome.explanation)
        << " |\n";
  }
}

}  // namespace

void render_gate_markdown(const GateReport& report, std::ostream& out) {
  out << "### leakscan: " << (report.failed ? "failed" : "passed") << "\n\n"
      << html_text(report.verdict) << '\n';
  write_outcomes(report, out);
  write_leaks(report, out);
  write_stacks(report, out);
  if (!report.fixed.empty()) out << "\nFixed, to be taken out of the baseline:\n\n";
  for (const BaselineChange& change : report.fixed) out << "- " << markdown_code(change.place) << '\n';
  bool headed = false;
  for (const SuppressionUse& use : report.suppressions) {
    if (use.problem.empty()) continue;
    if (!headed) out << "\nSuppressions to look at:\n\n";
    headed = true;
    out << "- " << markdown_code(use.text) << " (" << html_text(use.origin) << "): " << use.problem << '\n';
  }
}

}  // namespace leak::scan
