#include "patterns/all.h"

namespace leak::scan {

namespace {

const ReportPatternPage kPinnedPagesPage = {
    "pinned-pages",
    "Pages pinned by a few blocks",
    "Much was freed, but on nearly every page a small block lives on, and a page with one live block cannot "
    "be "
    "given back. Short-lived and long-lived blocks were allocated side by side.",
    "The pages of live blocks are counted: those of which less than half is in use keep a large part of the "
    "resident memory that no live block needs. The report names the place whose blocks pin most of it.",
    R"(for (const Line& line : lines) {
  auto parsed = std::make_unique<Parsed>(line);       // large, gone in a moment
  names.push_back(new std::string(parsed->name()));   // small, stays on the same page
})",
    R"(std::pmr::monotonic_buffer_resource kept;            // what lives long, apart
std::pmr::vector<std::pmr::string> names(&kept);
for (const Line& line : lines) names.emplace_back(Parsed(line).name());)",
    "Allocate what lives long apart from what does not (a pool or an arena of its own, or before the rest), "
    "or "
    "free both together.",
    {"arena-not-trimmed"}};

class PinnedPages : public Pattern {
 public:
  const ReportPatternPage& page() const override { return kPinnedPagesPage; }

  std::optional<Recognition> recognise(const Evidence& evidence) const override {
    const ReportFinding& finding = evidence.finding();
    const std::string_view pinned = fact_of(finding, "between live blocks");
    if (finding.kind != "fragmentation" || pinned.find("pages") == std::string_view::npos)
      return std::nullopt;
    Recognition found;
    found.confidence = .8;
    found.keeps_advice = true;
    found.evidence = {"Between live blocks: " + std::string(pinned) + "."};
    return found;
  }
};

}  // namespace

const Pattern& pinned_pages() {
  static const PinnedPages pattern;
  return pattern;
}

}  // namespace leak::scan
