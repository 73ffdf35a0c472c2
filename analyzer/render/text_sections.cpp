#include "render/text_sections.h"

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "base/units.h"
#include "report/system_frames.h"
#include "report/verdict.h"

namespace leak::scan {

namespace {

constexpr std::size_t kLabelWidth = 14;
constexpr std::size_t kMostCallers = 8;
constexpr std::size_t kFindingStack = 8;

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

Ink ink_of(Severity severity) {
  switch (severity) {
    case Severity::kGood:
      return Ink::kGreen;
    case Severity::kWarning:
      return Ink::kYellow;
    case Severity::kCritical:
      break;
  }
  return Ink::kRed;
}

const char* word_for(Severity severity) {
  switch (severity) {
    case Severity::kGood:
      return "GOOD";
    case Severity::kWarning:
      return "WARNING";
    case Severity::kCritical:
      break;
  }
  return "CRITICAL";
}

std::string frame_text(const ReportFrame& frame) {
  std::string text = short_name(qualified_name(frame.function));
  if (!frame.file.empty()) {
    text += " (" + std::string(base_name(frame.file)) + ":" + std::to_string(frame.line) + ")";
  } else if (!frame.module.empty()) {
    text += " (" + std::string(base_name(frame.module)) + ")";
  }
  return text;
}

// The blamed frame's position in the stack; 0 when nobody is to blame.
std::size_t blamed_position(const std::vector<FrameId>& stack, const std::optional<FrameId>& blamed) {
  if (!blamed) return 0;
  const auto found = std::find(stack.begin(), stack.end(), *blamed);
  return found == stack.end() ? 0 : static_cast<std::size_t>(found - stack.begin());
}

void write_finding_stack(const TextContext& context, const ReportSite& site) {
  const std::size_t first = blamed_position(site.stack, site.blamed);
  const std::size_t last = std::min(site.stack.size(), first + kFindingStack);
  for (std::size_t i = first; i != last; ++i) {
    const ReportFrame& frame = context.frames[site.stack[i].index()];
    context.out << (i == first ? "     at " : "     by ") << context.style.fit(frame_text(frame), 8) << '\n';
  }
  if (last != site.stack.size()) {
    context.out << context.style.ink("     ... " + std::to_string(site.stack.size() - last) + " more",
                                     Ink::kDim)
                << '\n';
  }
}

// "Unbounded cache, 90 % sure: The blocks are entries of ..."
std::string pattern_text(const ReportPattern& pattern) {
  std::string text = pattern.name + ", " + std::to_string(std::lround(pattern.confidence * 100)) + " % sure:";
  for (const std::string& sentence : pattern.evidence) text.append(" ").append(sentence);
  return text;
}

}  // namespace

void write_fact(const TextContext& context, std::string_view label, const std::string& text) {
  context.out << "  " << context.style.ink(label, Ink::kDim) << std::string(kLabelWidth - label.size(), ' ')
              << context.style.fit(text, 2 + kLabelWidth) << '\n';
}

void write_heading(const TextContext& context, std::string_view heading) {
  context.out << '\n' << context.style.ink(context.style.fit(heading, 0), Ink::kBold) << '\n';
}

std::string place_text(const std::vector<FrameId>& stack, const std::optional<FrameId>& blamed,
                       const std::vector<ReportFrame>& frames) {
  if (stack.empty()) return "(no stack)";
  const std::size_t position = blamed_position(stack, blamed);
  std::string text = frame_text(frames[stack[position].index()]);
  if (position == 0) return text;
  // Which of the library's functions allocated tells a map's node from a string's text on the same line.
  return text.append(" via ").append(
      short_name(qualified_name(frames[stack[position - 1].index()].function)));
}

std::string callers_text(const std::vector<FrameId>& stack, const std::optional<FrameId>& blamed,
                         const std::vector<ReportFrame>& frames) {
  std::string text;
  std::string previous;
  std::size_t shown = 0;
  for (std::size_t i = blamed_position(stack, blamed) + 1; i < stack.size() && shown != kMostCallers; ++i) {
    const std::string name = short_name(qualified_name(frames[stack[i].index()].function));
    if (name == previous) continue;  // recursion
    text += (text.empty() ? "< " : " < ") + name;
    previous = name;
    ++shown;
    if (name == "main") break;  // what starts main is always the same
  }
  return text;
}

void write_process_tree(const ReportModel& model, const TextStyle& style, std::ostream& out) {
  out << '\n' << style.ink("Processes", Ink::kBold) << '\n';
  for (const ReportProcess& process : model.processes) {
    const std::size_t indent = 2 + std::size_t{2} * std::min<std::uint32_t>(process.depth, 20);
    const std::string word = word_for(process.severity);
    out << std::string(indent, ' ')
        << style.fit(std::to_string(process.pid) + " " + std::string(base_name(process.exe)) + "  peak " +
                         format_bytes(process.totals.peak_bytes) + ", live " +
                         format_bytes(process.totals.live_bytes) + ", " +
                         format_duration(process.duration_ns) + ", " + end_phrase(process),
                     indent + word.size() + 2)
        << "  " << style.ink(word, ink_of(process.severity)) << '\n';
  }
}

void write_header(const TextContext& context) {
  const ReportProcess& process = context.process;
  context.out << '\n'
              << context.style.ink(base_name(process.exe), Ink::kBold) << "  pid " << process.pid << ", ran "
              << format_duration(process.duration_ns) << ", " << end_phrase(process) << '\n';
  write_fact(context, "command", joined(process.argv));
  write_fact(context, "trace", process.trace_path);
  if (!process.allocator.empty()) write_fact(context, "allocator", process.allocator);
  context.out << '\n'
              << context.style.ink(word_for(process.severity), ink_of(process.severity)) << '\n'
              << context.style.wrap(process.verdict, 2) << '\n';
}

void write_figures(const TextContext& context) {
  const ReportTotals& totals = context.process.totals;
  const ReportSampled sampled = totals.sampled.value_or(ReportSampled{});
  write_heading(context, totals.sampled ? "Heap (estimated from a sample)" : "Heap");
  write_fact(
      context, "peak",
      format_heap(totals.peak_bytes, totals.peak_blocks) + ", after " + format_duration(totals.peak_time_ns));
  write_fact(context, "live at end",
             bytes_with_error(totals.live_bytes, sampled.live_bytes_error) + " in " +
                 format_blocks(totals.live_blocks));
  std::string allocations = format_count(totals.allocations) + " (" +
                            bytes_with_error(totals.allocated_bytes, sampled.allocated_bytes_error) + ")";
  if (totals.allocations != 0) {
    allocations +=
        ", " + std::to_string(totals.temporary_allocations * 100 / totals.allocations) + "% temporary";
  }
  write_fact(context, "allocations", allocations);
  write_fact(context, "frees", format_count(totals.deallocations));
  if (totals.failed_allocations != 0) write_fact(context, "failed", format_count(totals.failed_allocations));
  if (context.process.limit) {
    const ReportLimit& limit = *context.process.limit;
    write_fact(context, "limit",
               format_bytes(limit.bytes) + (limit.source == "cgroup" ? " (control group), " : ", ") +
                   format_bytes(limit.used_bytes) + " used at the end");
  }
  const ReportTimeline& timeline = context.process.timeline;
  const auto largest = std::max_element(timeline.rss_bytes.begin(), timeline.rss_bytes.end());
  if (largest != timeline.rss_bytes.end() && *largest != 0) {
    write_fact(context, "resident", format_bytes(*largest) + " at most (RSS)");
  }
}

void write_findings(const TextContext& context) {
  if (context.process.findings.empty() || context.style.rows() == 0) return;
  write_heading(context, "Findings");
  std::size_t number = 0;
  for (const ReportFinding& finding : context.process.findings) {
    if (number == context.style.rows()) break;
    const std::string label = "  " + std::to_string(++number) + ". [" + finding.kind + "] ";
    context.out << context.style.ink(label, ink_of(finding.severity))
                << context.style.wrap_behind(finding.title, label.size()) << '\n';
    if (finding.site) write_finding_stack(context, context.process.sites[*finding.site]);
    std::string evidence;
    for (const auto& [name, value] : finding.evidence)
      evidence += (evidence.empty() ? "" : "; ") + name + " " + value;
    context.out << context.style.ink(context.style.wrap(evidence, 5), Ink::kDim) << '\n';
    if (finding.pattern) context.out << context.style.wrap(pattern_text(*finding.pattern), 5) << '\n';
    context.out << context.style.wrap(finding.advice, 5) << '\n';
    if (finding.pattern) {
      const std::string command = "     leakscan explain " + finding.pattern->kind;
      context.out << context.style.ink(command, Ink::kDim) << '\n';
    }
  }
  const std::size_t hidden = context.process.findings.size() - number;
  if (hidden != 0)
    context.out << "  ... and " << hidden << " more (--top " << context.process.findings.size() << ")\n";
}

void write_diagnostics(const TextContext& context) {
  const Diagnostics& data = context.process.diagnostics;
  std::vector<std::string> lines;
  const auto count = [&](std::uint64_t number, const std::string& what) {
    if (number != 0) lines.push_back(format_count(number) + " " + what);
  };
  count(data.dropped_events, "events were dropped while recording; figures are too low by that much");
  count(data.torn_frames, "frames of the trace could not be read to their end");
  count(data.skipped_bytes, "bytes of the trace belong to no readable frame");
  if (data.first_damage_offset)
    lines.push_back("first damage at byte " + format_count(*data.first_damage_offset));
  count(data.unknown_records, "records of a newer version were skipped");
  count(data.unknown_frees, "frees of blocks that were allocated before the recording began");
  count(data.double_allocations, "addresses were allocated twice without a free in between");
  if (data.truncated)
    lines.emplace_back("the trace has no end record: the process was killed, or is still running");
  if (data.recovered_from_journal) {
    lines.push_back(format_count(data.recovered_events) + " events were recovered from the journal");
  }
  lines.insert(lines.end(), data.warnings.begin(), data.warnings.end());

  write_heading(context, "Quality of the data");
  if (data.dropped_events == 0 && data.torn_frames == 0 && data.skipped_bytes == 0) {
    context.out << "  complete: no events dropped, no frames damaged\n";
  }
  for (const std::string& line : lines) context.out << "  - " << context.style.wrap_behind(line, 4) << '\n';
}

}  // namespace leak::scan
