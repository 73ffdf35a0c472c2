#include <algorithm>

#include "patterns/all.h"
#include "patterns/type_names.h"

namespace leak::scan {

namespace {

const ReportPatternPage kClosureCapturesOwnerPage = {
    "closure-captures-owner",
    "Closure captures its owner",
    "An object keeps a callback (a completion handler, a timer's function, a continuation), and the callback "
    "captured a shared pointer to that very object. The object owns the closure, the closure owns the "
    "object.",
    "A reference cycle one of whose members is the closure of a lambda or a std::function. Lambdas are known "
    "by their types, from the code that allocated them.",
    R"(void Session::start() {
  auto self = shared_from_this();
  on_read_ = [self](Bytes bytes) { self->handle(bytes); };   // *this owns itself
})",
    R"(void Session::start() {
  on_read_ = [weak = weak_from_this()](Bytes bytes) {
    if (auto self = weak.lock()) self->handle(bytes);
  };
})",
    "Capture a weak pointer and lock it when called; or, where the callback is called once, clear it after "
    "the "
    "call (on_read_ = nullptr).",
    {"reference-cycle", "listeners-never-removed"}};

class ClosureCapturesOwner : public Pattern {
 public:
  const ReportPatternPage& page() const override { return kClosureCapturesOwnerPage; }

  std::optional<Recognition> recognise(const Evidence& evidence) const override {
    const ReportCycle* cycle = evidence.cycle();
    if (cycle == nullptr) return std::nullopt;
    const auto closure = std::find_if(cycle->blocks.begin(), cycle->blocks.end(),
                                      [](const ReportCycleBlock& block) { return is_closure(block.type); });
    const bool is_named = closure != cycle->blocks.end();
    if (!is_named && std::none_of(cycle->blocks.begin(), cycle->blocks.end(),
                                  [](const ReportCycleBlock& block) { return is_callable(block.type); })) {
      return std::nullopt;
    }
    Recognition found;
    found.keeps_advice = true;
    found.confidence = (is_named ? .95 : .92) - (cycle->proven ? 0 : .2);
    found.evidence = {
        is_named ? "The closure " + plain_type(closure->type) + " is in the ring that it keeps alive."
                 : "A std::function is in the ring that it keeps alive.",
        cycle->proven ? "Every owner that the use counts tell of is in the ring."
                      : "A use count tells of an owner that was not found."};
    return found;
  }
};

}  // namespace

const Pattern& closure_captures_owner() {
  static const ClosureCapturesOwner pattern;
  return pattern;
}

}  // namespace leak::scan
