#include <algorithm>
#include <string>

#include "base/units.h"
#include "render/diff_cells.h"
#include "render/diff_renderers.h"

namespace leak::scan {

namespace {

constexpr std::size_t kShownFrames = 12;

Ink ink_of(DiffVerdict verdict) {
  if (verdict == DiffVerdict::kNewLeak || verdict == DiffVerdict::kGrownLeak) return Ink::kRed;
  return verdict == DiffVerdict::kFixedLeak ? Ink::kGreen : Ink::kPlain;
}

std::string names_of(const DiffSide& side) {
  if (side.traces.empty()) return "nothing";
  const std::string more =
      side.traces.size() == 1 ? "" : " and " + std::to_string(side.traces.size() - 1) + " more";
  return side.traces.front() + more;
}

void write_totals(const DiffModel& model, std::ostream& out) {
  FigureTable table({"", "before", "after", "change" + per_unit(model)});
  for (const DiffTotalRow& row : total_rows(model)) table.add({row.name, row.before, row.after, row.change});
  out << '\n' << table.heading() << '\n';
  for (std::size_t i = 0; i != table.size(); ++i) out << table.row(i) << '\n';
}

void write_leak(const DiffSite& site, const TextStyle& style, std::ostream& out) {
  out << '\n'
      << style.ink(verdict_text(site.verdict), ink_of(site.verdict)) << ": " << style.fit(site.place, 14)
      << '\n';
  out << "  lost " << bytes_change(site.change.lost_bytes) << " in " << count_change(site.change.lost_blocks)
      << ", live " << bytes_change(site.change.live_bytes) << " in " << count_change(site.change.live_blocks)
      << ", allocations " << count_change(site.change.allocations) << '\n';
  const std::size_t shown = std::min(site.frames.size(), kShownFrames);
  for (std::size_t i = 0; i != shown; ++i) out << style.fit("    " + site.frames[i], 0) << '\n';
}

bool is_leak(const DiffSite& site) { return site.verdict <= DiffVerdict::kFixedLeak; }

void write_sites(const DiffModel& model, const TextStyle& style, std::ostream& out) {
  FigureTable table({"live", "blocks", "lost", "peak", "allocations"});
  std::vector<const DiffSite*> shown;
  std::size_t hidden = 0;
  for (const DiffSite& site : model.sites) {
    if (is_leak(site)) continue;
    if (shown.size() == style.rows()) {
      ++hidden;
      continue;
    }
    shown.push_back(&site);
    table.add({bytes_change(site.change.live_bytes), count_change(site.change.live_blocks),
               bytes_change(site.change.lost_bytes), bytes_change(site.change.peak_bytes),
               count_change(site.change.allocations)});
  }
  if (!shown.empty()) {
    out << '\n'
        << style.ink("Changed" + per_unit(model), Ink::kBold) << '\n'
        << table.heading() << "  place\n";
    for (std::size_t i = 0; i != shown.size(); ++i) {
      out << style.fit(table.row(i) + "  " + shown[i]->place, 0) << '\n';
    }
  }
  if (hidden != 0) out << format_count(hidden) << " more changed; --top shows them\n";
  out << '\n' << format_count(model.same_sites) << " places are the same within the variation of runs\n";
}

void write_types(const DiffModel& model, const TextStyle& style, std::ostream& out) {
  if (model.types.empty()) return;
  FigureTable table({"change", "before", "after"});
  const std::size_t shown = std::min(model.types.size(), style.rows());
  for (std::size_t i = 0; i != shown; ++i) {
    const DiffType& type = model.types[i];
    table.add(
        {bytes_change(type.change_bytes), format_bytes(type.before_bytes), format_bytes(type.after_bytes)});
  }
  out << '\n' << table.heading() << "  type\n";
  for (std::size_t i = 0; i != shown; ++i)
    out << style.fit(table.row(i) + "  " + model.types[i].name, 0) << '\n';
}

}  // namespace

void render_diff_text(const DiffModel& model, const TextStyle& style, std::ostream& out) {
  const bool worse = !model.sites.empty() && model.sites.front().verdict <= DiffVerdict::kGrownLeak;
  out << style.ink("leakscan " + model.tool_version, Ink::kDim) << '\n'
      << style.fit("from " + names_of(model.before), 0) << '\n'
      << style.fit("to   " + names_of(model.after), 0) << '\n'
      << style.ink(model.verdict, worse ? Ink::kRed : Ink::kGreen) << '\n';
  write_totals(model, out);
  for (const DiffSite& site : model.sites) {
    if (is_leak(site)) write_leak(site, style, out);
  }
  write_sites(model, style, out);
  write_types(model, style, out);
}

}  // namespace leak::scan
