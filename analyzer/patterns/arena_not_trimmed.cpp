#include "patterns/all.h"

namespace leak::scan {

namespace {

const ReportPatternPage kArenaNotTrimmedPage = {
    "arena-not-trimmed",
    "Arenas never trimmed",
    "The program freed its memory, the allocator kept it: resident memory stays as high as it once was, or "
    "higher with each thread that gets an arena of its own. It looks like a leak from outside and is none.",
    "Resident anonymous memory at the end, less the live heap and the program's own mappings: what remains "
    "is "
    "large, and hardly any of it lies on pages that live blocks pin.",
    R"(std::vector<Row> rows = load(everything);   // 2 GiB for a moment
summarize(rows);
rows.clear();                                // and 2 GiB resident from now on)",
    R"(for (const Part& part : parts) summarize(load(part));   // never all at once
malloc_trim(0);                              // after a rare peak: gives free pages back)",
    "Make the peak smaller, or call malloc_trim(0) after it. With many threads limit the arenas "
    "(MALLOC_ARENA_MAX=2); jemalloc and mimalloc give memory back by themselves.",
    {"pinned-pages", "memory-spike"}};

class ArenaNotTrimmed : public Pattern {
 public:
  const ReportPatternPage& page() const override { return kArenaNotTrimmedPage; }

  std::optional<Recognition> recognise(const Evidence& evidence) const override {
    const ReportFinding& finding = evidence.finding();
    if (finding.kind != "fragmentation") return std::nullopt;
    Recognition found;
    found.confidence = .7;
    found.keeps_advice = true;
    found.evidence = {"Resident at the end: " + std::string(fact_of(finding, "resident")) +
                      "; the live heap is " + std::string(fact_of(finding, "live heap")) + "."};
    return found;
  }
};

}  // namespace

const Pattern& arena_not_trimmed() {
  static const ArenaNotTrimmed pattern;
  return pattern;
}

}  // namespace leak::scan
