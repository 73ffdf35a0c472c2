#include <string>
#include <string_view>

#include "render/ci_formats.h"

namespace leak::scan {

namespace {

// The escapes of workflow commands; a property may not have ':' and ',' either.
std::string escaped(std::string_view text, bool is_property) {
  std::string out;
  for (const char c : text) {
    if (c == '%')
      out += "%25";
    else if (c == '\r')
      out += "%0D";
    else if (c == '\n')
      out += "%0A";
    else if (is_property && c == ':')
      out += "%3A";
    else if (is_property && c == ',')
      out += "%2C";
    else
      out += c;
  }
  return out;
}

void write_command(const char* level, const GateLeak& leak, std::ostream& out) {
  std::string message = leak.title;
  for (const std::string& frame : leak.stack) message += "\n  " + frame;
  if (!leak.advice.empty()) message += "\n" + leak.advice;
  out << "::" << level << ' ';
  if (!leak.file.empty()) out << "file=" << escaped(leak.file, true) << ",line=" << leak.line << ',';
  out << "title=" << escaped("leakscan: " + leak.kind, true) << "::" << escaped(message, false) << '\n';
}

}  // namespace

void render_github(const GateReport& report, std::ostream& out) {
  for (const GateLeak& leak : report.leaks) {
    if (leak.state == LeakState::kSuppressed || leak.state == LeakState::kKnown) continue;
    write_command(report.failed ? "error" : "warning", leak, out);
  }
  for (const RuleOutcome& outcome : report.outcomes) {
    if (outcome.kind == RuleOutcome::Kind::kPassed) continue;
    const bool failed = outcome.kind == RuleOutcome::Kind::kFailed;
    const GateProcess& process = report.processes[outcome.process];
    const std::string message = outcome.rule + ": " + (failed ? outcome.value : outcome.explanation) +
                                " in " + process.name + " (pid " + std::to_string(process.pid) + ")";
    out << (failed ? "::error " : "::notice ") << "title=leakscan::" << escaped(message, false) << '\n';
  }
}

}  // namespace leak::scan
