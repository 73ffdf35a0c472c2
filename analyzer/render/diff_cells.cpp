#include "render/diff_cells.h"

#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>

#include "base/units.h"

namespace leak::scan {

namespace {

std::string signed_text(double change, const std::string& magnitude) {
  return (change > 0 ? "+" : change < 0 ? "-" : "") + magnitude;
}

std::string short_fraction(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.3g", value);
  return text.data();
}

}  // namespace

const char* verdict_text(DiffVerdict verdict) {
  switch (verdict) {
    case DiffVerdict::kNewLeak:
      return "new leak";
    case DiffVerdict::kGrownLeak:
      return "grown leak";
    case DiffVerdict::kFixedLeak:
      return "fixed leak";
    case DiffVerdict::kMore:
      return "more";
    case DiffVerdict::kLess:
      return "less";
    case DiffVerdict::kSame:
      break;
  }
  return "same";
}

std::string bytes_change(double change) {
  const double size = std::abs(change);
  if (size != 0 && size < 10 && size != std::floor(size))
    return signed_text(change, short_fraction(size) + " B");
  return signed_text(change, format_bytes(static_cast<std::uint64_t>(std::llround(size))));
}

std::string count_change(double change) {
  const double size = std::abs(change);
  if (size < 1000 && size != std::floor(size)) return signed_text(change, short_fraction(size));
  return signed_text(change, format_count(static_cast<std::uint64_t>(std::llround(size))));
}

std::vector<DiffTotalRow> total_rows(const DiffModel& model) {
  const DiffFigures& a = model.before.totals;
  const DiffFigures& b = model.after.totals;
  const auto amount = [](std::uint64_t bytes, std::uint64_t blocks) {
    return format_bytes(bytes) + " in " + format_count(blocks);
  };
  const auto lost = [&amount](const DiffSide& side) {
    return side.scanned ? amount(side.totals.lost_bytes, side.totals.lost_blocks) : std::string("?");
  };
  const bool scanned = model.before.scanned && model.after.scanned;
  return {
      {"live at the end", amount(a.live_bytes, a.live_blocks), amount(b.live_bytes, b.live_blocks),
       bytes_change(model.change.live_bytes) + " in " + count_change(model.change.live_blocks)},
      {"lost", lost(model.before), lost(model.after),
       scanned ? bytes_change(model.change.lost_bytes) + " in " + count_change(model.change.lost_blocks)
               : "?"},
      {"peak", format_bytes(a.peak_bytes), format_bytes(b.peak_bytes), bytes_change(model.change.peak_bytes)},
      {"allocations", format_count(a.allocations), format_count(b.allocations),
       count_change(model.change.allocations)},
      {"duration", format_duration(model.before.duration_ns), format_duration(model.after.duration_ns), ""}};
}

std::string per_unit(const DiffModel& model) { return model.unit.empty() ? "" : " per " + model.unit; }

}  // namespace leak::scan
