#include "patterns/all.h"

namespace leak::scan {

namespace {

const ReportPatternPage kMismatchedFreePage = {
    "mismatched-free",
    "Mismatched new and free",
    "A block goes back to another family of functions than it came from: delete for new[], free for new, "
    "delete for malloc. Destructors do not run or run on the wrong number of objects, sizes are taken for "
    "granted that are not right, and an allocator that keeps its families apart corrupts its heap.",
    "Each event is recorded with the function that was called. Nothing is said of places that allocate by "
    "several families through one pointer, of an operator new that is linked into a program of its own, or "
    "of programs none of whose deletes are seen.",
    R"(char* name = strdup(line);         // malloc
auto* scores = new int[count];     // operator new[]
delete name;
delete scores;)",
    R"(std::string name = line;
std::vector<int> scores(count);    // or: free(name); delete[] scores;)",
    "Free each block by the counterpart of what made it; better, let std::string, std::vector or "
    "std::unique_ptr<T[]> do it. For memory of C functions use std::unique_ptr with std::free as deleter.",
    {"lost-memory"}};

class MismatchedFree : public Pattern {
 public:
  const ReportPatternPage& page() const override { return kMismatchedFreePage; }

  std::optional<Recognition> recognise(const Evidence& evidence) const override {
    const ReportFinding& finding = evidence.finding();
    if (finding.kind != "mismatch") return std::nullopt;
    Recognition found;
    found.confidence = .95;
    found.evidence = {std::string(fact_of(finding, "made by")) + " made the blocks, " +
                      std::string(fact_of(finding, "freed by")) + " took them back instead of " +
                      std::string(fact_of(finding, "needs")) + "."};
    return found;
  }
};

}  // namespace

const Pattern& mismatched_free() {
  static const MismatchedFree pattern;
  return pattern;
}

}  // namespace leak::scan
