#include "gate_command.h"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>

#include "base/command_error.h"
#include "cli/terminal.h"
#include "gate/excuse.h"
#include "output_file.h"
#include "render/ci_formats.h"
#include "render/gate_text.h"

namespace leak::scan {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPlainWidth = 110;
constexpr std::size_t kLargestInput = std::size_t{16} << 20;
constexpr std::size_t kCallers = 10;

std::string read_text(const std::string& what, const std::string& path) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::string text(kLargestInput + 1, '\0');
  if (file) file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!file.eof() && !file)
    throw CommandError("cannot read " + what + " '" + path + "': " + std::strerror(errno));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > kLargestInput) throw CommandError(what + " '" + path + "' is larger than 16 MiB");
  if (fs::is_directory(path))
    throw CommandError("cannot read " + what + " '" + path + "': it is a directory");
  return text;
}

std::string today() {
  const std::time_t now = std::time(nullptr);
  std::tm date{};
  ::gmtime_r(&now, &date);
  std::array<char, 16> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%d", &date);
  return text.data();
}

std::string source_root(const std::string& given) {
  std::error_code error;
  const fs::path root =
      fs::absolute(given.empty() ? fs::path(".") : fs::path(given), error).lexically_normal();
  std::string text = root.string();
  if (!text.ends_with('/')) text += '/';
  return text;
}

void write(const std::string& path, std::ostream& out, const auto& render) {
  if (path.empty()) return;
  OutputFile file(path, out);
  render(file.stream());
  file.finish();
}

}  // namespace

GateInput load_gates(const GateOptions& options) {
  GateInput input;
  for (const std::string& rule : options.rules) input.rules.push_back(parse_rule(rule));
  for (const std::string& path : options.suppressions) {
    for (Suppression& one : parse_suppressions(path, read_text("suppressions", path)))
      input.search.suppressions.push_back(std::move(one));
  }
  if (options.built_in_suppressions) {
    for (Suppression& one : parse_built_in_suppressions())
      input.search.suppressions.push_back(std::move(one));
  }
  input.search.today = today();
  input.search.source_root = source_root(options.source_root);
  if (options.baseline.empty()) {
    if (options.update_baseline) throw CommandError("--update-baseline needs --baseline FILE");
    return input;
  }
  if (!options.update_baseline || fs::exists(options.baseline)) {
    input.baseline = parse_baseline(options.baseline, read_text("baseline", options.baseline));
  }
  if (!options.update_baseline && input.rules.empty()) input.rules.push_back(parse_rule("new_leaks>0"));
  return input;
}

void excuse(ReportModel& model, GateInput input, const GateOptions& options, std::ostream& diagnostics) {
  if (options.suppressions.empty()) return;
  std::erase_if(input.search.suppressions, [](const Suppression& one) { return one.origin == "built in"; });
  for (const SuppressionUse& use : excuse_suppressed(model, input.search)) {
    if (use.problem.empty()) continue;
    diagnostics << "leakscan: suppression '" << use.text << "' (" << use.origin << "): " << use.problem << '\n';
  }
}

bool judge_and_write(const ReportModel& model, GateInput input, const GateOptions& options, GateText text,
                     std::ostream& out, std::ostream& diagnostics) {
  // Whoever writes a baseline accepts what is there.
  if (options.update_baseline) {
    const Baseline baseline = baseline_of(find_leaks(model, input.search).leaks);
    write(options.baseline, out, [&baseline](std::ostream& file) { file << format_baseline(baseline); });
    input.baseline = baseline;
  }
  const GateReport report = evaluate_gates(model, input);
  write(options.junit, out, [&](std::ostream& file) { render_junit(report, file); });
  write(options.sarif, out, [&](std::ostream& file) { render_sarif(report, file); });
  write(options.gitlab, out, [&](std::ostream& file) { render_gitlab(report, file); });
  write(options.markdown, out, [&](std::ostream& file) { render_gate_markdown(report, file); });
  if (options.github) render_github(report, out);
  const bool out_is_taken =
      options.junit == "-" || options.sarif == "-" || options.gitlab == "-" || options.markdown == "-";
  const bool to_diagnostics = text == GateText::kOnDiagnostics || out_is_taken;
  const int descriptor = to_diagnostics ? STDERR_FILENO : STDOUT_FILENO;
  const TextStyle style({wants_colours(descriptor), terminal_width(descriptor, kPlainWidth), kCallers});
  render_gate_text(report, style, to_diagnostics ? diagnostics : out);
  return report.failed;
}

}  // namespace leak::scan
