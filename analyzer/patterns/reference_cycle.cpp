#include "patterns/all.h"

#include "base/units.h"

namespace leak::scan {

namespace {

const ReportPatternPage kReferenceCyclePage = {
    "reference-cycle",
    "Circular references",
    "Objects own each other by shared pointers. Each keeps the other's use count above zero, so neither is "
    "ever destroyed, although nothing else in the program knows of them any more.",
    "Lost blocks whose shared-pointer control blocks lie on a ring. It is proven when all owners that the "
    "use "
    "counts tell of were found inside the ring. Links within a container (a list, a tree with parent "
    "pointers) are told apart and are no reference cycle.",
    R"(struct Node {
  std::shared_ptr<Node> parent;                  // owns upwards
  std::vector<std::shared_ptr<Node>> children;   // and downwards
};)",
    R"(struct Node {
  std::weak_ptr<Node> parent;                    // only looks: lock() it to use it
  std::vector<std::shared_ptr<Node>> children;
};)",
    "Decide who owns whom: owners hold shared (or better unique) pointers, and every pointer that leads back "
    "is weak or plain. The report marks the pointer to change.",
    {"closure-captures-owner", "lost-memory"}};

class ReferenceCycle : public Pattern {
 public:
  const ReportPatternPage& page() const override { return kReferenceCyclePage; }

  std::optional<Recognition> recognise(const Evidence& evidence) const override {
    const ReportCycle* cycle = evidence.cycle();
    if (cycle == nullptr) return std::nullopt;
    Recognition found;
    found.keeps_advice = true;
    found.confidence = cycle->proven ? .9 : .7;
    found.evidence = {format_count(cycle->block_count) +
                          (cycle->block_count == 1 ? " block points back to itself"
                                                   : " blocks point to each other in a ring") +
                          ", " + format_count(cycle->instances) +
                          (cycle->instances == 1 ? " time." : " times over."),
                      cycle->proven ? "Every owner that the use counts tell of is in the ring."
                                    : "A use count tells of an owner that was not found."};
    return found;
  }
};

}  // namespace

const Pattern& reference_cycle() {
  static const ReferenceCycle pattern;
  return pattern;
}

}  // namespace leak::scan
