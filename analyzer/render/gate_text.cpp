#include "render/gate_text.h"

#include <algorithm>
#include <string>

#include "base/units.h"

namespace leak::scan {

namespace {

constexpr std::size_t kShownCallers = 6;
constexpr std::size_t kOutcomeIndent = 9;  // what "FAILED   " takes

const char* state_word(LeakState state) {
  switch (state) {
    case LeakState::kKnown:
      return "known: ";
    case LeakState::kGrown:
      return "grown: ";
    case LeakState::kSuppressed:
      return "suppressed: ";
    case LeakState::kOpen:
      break;
  }
  return "";
}

std::string process_name(const GateProcess& process) {
  return process.name + " (pid " + std::to_string(process.pid) + ")";
}

void write_outcomes(const GateReport& report, const TextStyle& style, std::ostream& out) {
  const bool many = report.processes.size() > 1;
  for (const RuleOutcome& outcome : report.outcomes) {
    const bool failed = outcome.kind == RuleOutcome::Kind::kFailed;
    // Of a large tree only what is worth a look.
    if (many && outcome.kind == RuleOutcome::Kind::kPassed) continue;
    std::string line = outcome.rule + ": " + (outcome.value.empty() ? outcome.explanation : outcome.value);
    if (many) line += ", " + process_name(report.processes[outcome.process]);
    const bool unknown = outcome.kind == RuleOutcome::Kind::kUnknown;
    out << (failed    ? style.ink("FAILED ", Ink::kRed)
            : unknown ? style.ink("unknown", Ink::kYellow)
                      : style.ink("passed ", Ink::kGreen))
        << "  " << style.wrap_behind(line, kOutcomeIndent) << '\n';
  }
}

void write_leak(const GateLeak& leak, const GateReport& report, const TextStyle& style, std::ostream& out) {
  std::string line = state_word(leak.state) + leak.title;
  if (report.processes.size() > 1) line += ", " + process_name(report.processes[leak.process]);
  out << '\n' << style.wrap(line, kParagraphIndent) << '\n';
  if (leak.state == LeakState::kSuppressed) {
    out << style.fit("    by " + leak.suppressed_by, 0) << '\n';
    return;
  }
  if (leak.state == LeakState::kKnown) return;
  const std::size_t shown = std::min(leak.stack.size(), style.rows() + kShownCallers);
  for (std::size_t i = 0; i != shown; ++i) out << style.fit("    " + leak.stack[i], 0) << '\n';
  if (shown != leak.stack.size()) out << "    ... " << leak.stack.size() - shown << " more frames\n";
  if (!leak.advice.empty()) out << style.wrap(leak.advice, kParagraphIndent) << '\n';
}

void write_tree(const GateReport& report, const TextStyle& style, std::ostream& out) {
  if (report.processes.size() < 2) return;
  FigureTable table({"peak", "live", "lost", "time"});
  for (const GateProcess& process : report.processes) {
    table.add({format_bytes(process.peak_bytes), format_bytes(process.live_bytes),
               process.lost_bytes ? format_bytes(*process.lost_bytes) : "?",
               format_duration(process.duration_ns)});
  }
  out << '\n' << table.heading() << "  process\n";
  for (std::size_t i = 0; i != report.processes.size(); ++i) {
    const GateProcess& process = report.processes[i];
    const std::string line = table.row(i) + (process.failed ? "  FAILED " : "  ") +
                             std::string(2 * std::size_t{process.depth}, ' ') + process_name(process);
    out << style.fit(line, 0) << '\n';
  }
}

std::string use_text(const SuppressionUse& use) {
  std::string text = use.text + " (" + use.origin + "): ";
  if (!use.problem.empty()) return text + use.problem;
  return text + format_count(use.leaks) + (use.leaks == 1 ? " leak, " : " leaks, ") +
         format_heap(use.bytes, use.blocks);
}

void write_suppressions(const GateReport& report, const TextStyle& style, std::ostream& out) {
  if (report.suppressions.empty()) return;
  out << '\n' << style.ink("Suppressions", Ink::kBold) << '\n';
  for (const SuppressionUse& use : report.suppressions) out << style.fit("  " + use_text(use), 0) << '\n';
}

void write_fixed(const GateReport& report, const TextStyle& style, std::ostream& out) {
  if (report.fixed.empty()) return;
  out << '\n'
      << style.ink("Fixed", Ink::kGreen) << ": in the baseline and gone; --update-baseline takes them out\n";
  for (const BaselineChange& change : report.fixed) {
    out << style.fit("  " + format_heap(change.bytes, change.blocks) + ": " + change.place, 0) << '\n';
  }
}

}  // namespace

void render_gate_text(const GateReport& report, const TextStyle& style, std::ostream& out) {
  out << style.ink(report.verdict, report.failed ? Ink::kRed : Ink::kGreen) << '\n';
  write_outcomes(report, style, out);
  for (const GateLeak& leak : report.leaks) write_leak(leak, report, style, out);
  write_fixed(report, style, out);
  write_suppressions(report, style, out);
  write_tree(report, style, out);
}

}  // namespace leak::scan
