// The sections of the text report that come from heap graphs.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/units.h"
#include "render/text_sections.h"
#include "report/lost_findings.h"

namespace leak::scan {

namespace {

std::string amount(const ReportCount& count) { return format_heap(count.bytes, count.blocks); }

std::string view_name(const ReportGraphView& view) {
  if (view.when == "exit") return "when main returned or exit() was called";
  if (view.when == "after_destructors") return "at exit, after static destructors";
  if (view.when.starts_with("marker:")) return "at the snapshot '" + view.when.substr(7) + "'";
  return "at a snapshot (" + view.when + ")";
}

std::string short_text(const ReportGraphView& view) {
  return amount(view.blocks.definitely_lost) + " definitely lost, " + amount(view.blocks.indirectly_lost) +
         " indirectly, " + amount(view.blocks.possibly_lost) + " possibly, " +
         amount(view.blocks.still_reachable) + " reachable";
}

std::string block_text(const ReportCycleBlock& block) {
  std::string text = block.type.empty() ? "block" : block.type;
  text += " (" + format_bytes(block.size);
  if (block.use_count) text += ", use " + format_count(*block.use_count);
  if (block.weak_count) text += ", weak " + format_count(*block.weak_count);
  return text + ")";
}

void write_cycle(const TextContext& context, const ReportCycle& cycle) {
  const std::string label = format_count(cycle.instances) + " x ";
  context.out << "  " << context.style.ink(label, Ink::kBold)
              << context.style.fit(types_text(cycle) + ", " + format_bytes(cycle.bytes) + " in all" +
                                       (cycle.owned_by_lost ? ", held by something else that is lost" : ""),
                                   2 + label.size())
              << '\n';
  for (std::size_t i = 0; i != cycle.blocks.size(); ++i) {
    const ReportCycleBlock& block = cycle.blocks[i];
    std::string line = block_text(block);
    if (block.site) {
      const ReportSite& site = context.process.sites[*block.site];
      line += " from " + place_text(site.stack, site.blamed, context.frames);
    }
    context.out << "     " << context.style.fit(line, 5) << '\n';
    const ReportCycleEdge* previous = nullptr;  // a shared pointer is two pointers: one line is enough
    for (const ReportCycleEdge& edge : cycle.edges) {
      if (edge.from != i || !edge.strong) continue;
      if (previous != nullptr && previous->to == edge.to && previous->offset + 8 == edge.offset) continue;
      previous = &edge;
      std::string arrow = "at offset ";
      arrow += std::to_string(edge.offset) + " to " + block_text(cycle.blocks[edge.to]);
      if (edge.cut) arrow += "   <- cut here";
      context.out << "       " << context.style.fit(arrow, 7) << '\n';
    }
  }
  context.out << context.style.wrap(cycle.advice, 5) << '\n';
}

}  // namespace

void write_truth(const TextContext& context) {
  if (!context.process.truth) return;
  const ReportTruth& truth = *context.process.truth;
  const ReportGraphView& view = truth.last();
  write_heading(context, "Reachability " + view_name(view));
  write_fact(context, "definite", amount(view.blocks.definitely_lost) + ": nothing points to them");
  write_fact(context, "indirect", amount(view.blocks.indirectly_lost) + ": only lost blocks do");
  std::string possibly = amount(view.blocks.possibly_lost) + ": only pointers into their middle";
  if (view.blocks.possibly_lost_encoded.blocks != 0) {
    possibly += ", or (" + amount(view.blocks.possibly_lost_encoded) + ") not stored as plain addresses";
  }
  write_fact(context, "possible", possibly);
  write_fact(context, "reachable", amount(view.blocks.still_reachable));
  if (view.runtime.blocks != 0) {
    write_fact(context, "runtime", amount(view.runtime) + ": the C and C++ runtime's own");
  }
  const ReportCount& mappings = view.mappings.definitely_lost;
  if (mappings.blocks != 0) {
    write_fact(context, "mappings",
               format_bytes(mappings.bytes) + " in " + format_count(mappings.blocks) + " lost");
  }
  for (const ReportGraphView& other : truth.views) {
    if (&other == &view || other.blocks == view.blocks) continue;
    context.out << context.style.wrap(view_name(other) + ": " + short_text(other), 2) << '\n';
  }
  if (view.stop == "none") {
    context.out << context.style.wrap(
                       "The program could not be stopped for the scan: a block that it moved "
                       "meanwhile may be called lost.",
                       2)
                << '\n';
  }
  if (view.threads_missed != 0) {
    context.out << context.style.wrap(
                       format_count(view.threads_missed) + " threads were not seen by the scan.", 2)
                << '\n';
  }
}

void write_cycles(const TextContext& context) {
  const std::vector<ReportCycle>& cycles = context.process.cycles;
  if (cycles.empty() || context.style.rows() == 0) return;
  write_heading(context, "Reference cycles");
  for (std::size_t i = 0; i != std::min(cycles.size(), context.style.rows()); ++i)
    write_cycle(context, cycles[i]);
}

void write_holders(const TextContext& context) {
  const ReportProcess& process = context.process;
  const std::size_t rows = context.style.rows();
  if (!process.truth || rows == 0) return;
  if (!process.retained.empty()) write_heading(context, "Held by one root alone");
  for (std::size_t i = 0; i != std::min(process.retained.size(), rows); ++i) {
    const ReportHeld& held = process.retained[i];
    write_fact(context, format_bytes(held.bytes), held.root + " (" + format_blocks(held.blocks) + ")");
  }
  if (!process.types.empty()) write_heading(context, "Types");
  for (std::size_t i = 0; i != std::min(process.types.size(), rows); ++i) {
    const ReportTypeCount& type = process.types[i];
    write_fact(context, format_bytes(type.bytes),
               type.name + ", " + format_blocks(type.blocks) +
                   (type.lost_blocks == 0 ? "" : ", " + format_count(type.lost_blocks) + " lost"));
  }
  if (!process.weakly_held.empty()) write_heading(context, "Expired, memory held by weak_ptr");
  for (const ReportWeaklyHeld& weak : process.weakly_held) {
    write_fact(context, format_bytes(weak.bytes), weak.type + ", " + format_blocks(weak.blocks));
  }
  if (!process.graph_delta || process.graph_delta->appeared.empty()) return;
  write_heading(context, "New since " + process.graph_delta->from);
  for (std::size_t i = 0; i != std::min(process.graph_delta->appeared.size(), rows); ++i) {
    const ReportGraphChange& change = process.graph_delta->appeared[i];
    std::string text = format_blocks(change.blocks);
    if (change.site) {
      const ReportSite& site = process.sites[*change.site];
      text += " from " + place_text(site.stack, site.blamed, context.frames);
    }
    if (!change.retained_by.empty()) text += ", held by " + change.retained_by.front().root;
    write_fact(context, format_bytes(change.bytes), text);
  }
}

}  // namespace leak::scan
