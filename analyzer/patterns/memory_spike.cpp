#include "patterns/all.h"

namespace leak::scan {

namespace {

const ReportPatternPage kMemorySpikePage = {
    "memory-spike",
    "Memory spike",
    "The heap rises by much within little time. No leak; but the highest peak decides how much memory the "
    "program needs, and the container that is too small for it kills the process.",
    "A rise of the live heap that is short against the run and large against what was there; with who "
    "allocated "
    "it, and whether it fell back.",
    R"(std::string all = read_whole_file(path);     // 1 GiB
for (const auto& line : split(all)) handle(line);   // and a second one, in pieces)",
    R"(std::ifstream file(path);
for (std::string line; std::getline(file, line);) handle(line);)",
    "Work in smaller pieces where the peak is made, limit how many pieces are in work at a time, and free "
    "earlier what is done with.",
    {"arena-not-trimmed"}};

class MemorySpike : public Pattern {
 public:
  const ReportPatternPage& page() const override { return kMemorySpikePage; }

  std::optional<Recognition> recognise(const Evidence& evidence) const override {
    const ReportFinding& finding = evidence.finding();
    if (finding.kind != "spike") return std::nullopt;
    Recognition found;
    found.confidence = .9;
    found.keeps_advice = true;
    found.evidence = {"The heap went from " + std::string(fact_of(finding, "from")) + " to " +
                      std::string(fact_of(finding, "to")) + "."};
    return found;
  }
};

}  // namespace

const Pattern& memory_spike() {
  static const MemorySpike pattern;
  return pattern;
}

}  // namespace leak::scan
