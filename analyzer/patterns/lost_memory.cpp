#include "patterns/all.h"

namespace leak::scan {

namespace {

const ReportPatternPage kLostMemoryPage = {
    "lost-memory",
    "Lost memory",
    "The plain leak: a block is allocated, and the last pointer to it is overwritten or goes out of scope "
    "before anybody frees it. Nothing can free it any more.",
    "At exit (or at a snapshot) no pointer in globals, stacks, registers, thread-local storage, other blocks "
    "or "
    "the kernel's hands leads to the block. What only lost blocks hold is counted with them.",
    R"(Record* record = new Record(request);
if (!is_allowed(request)) return;            // nobody deletes the record on this path
store(record);
delete record;)",
    R"(auto record = std::make_unique<Record>(request);
if (!is_allowed(request)) return;            // freed here, too
store(*record);)",
    "Free the block on the path that loses it, or better give it an owner: std::unique_ptr, a container, a "
    "value.",
    {"reference-cycle", "connections-never-closed", "mapping-leak"}};

class LostMemory : public Pattern {
 public:
  const ReportPatternPage& page() const override { return kLostMemoryPage; }

  std::optional<Recognition> recognise(const Evidence& evidence) const override {
    if (evidence.finding().kind != "leak" || !evidence.is_lost()) return std::nullopt;
    return Recognition{.6,
                       {"Nothing pointed to these blocks " +
                        std::string(fact_of(evidence.finding(), "nothing points to them")) + "."}};
  }
};

}  // namespace

const Pattern& lost_memory() {
  static const LostMemory pattern;
  return pattern;
}

}  // namespace leak::scan
