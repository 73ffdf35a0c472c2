#include <algorithm>

#include "patterns/all.h"
#include "patterns/type_names.h"

namespace leak::scan {

namespace {

const ReportPatternPage kListenersNeverRemovedPage = {
    "listeners-never-removed",
    "Listeners never removed",
    "Objects subscribe to something that outlives them (an event bus, a signal, a timer) and do not "
    "unsubscribe when they are done. The subscription keeps a callback, the callback keeps what it captured, "
    "and each event calls the dead ones too: memory and time both grow.",
    "The place piles up memory until the end of the run, and the blocks stand in a container of callables "
    "(std::function and the like, signals of Boost, sigc++, GLib or Qt), or are the closures themselves, or "
    "what a closure on the way from the root captured. A registry whose size stays the same is not reported.",
    R"(Window::Window(Bus& bus) {
  auto state = std::make_shared<State>();
  bus.subscribe([state] { state->repaint(); });  // nobody ever unsubscribes
})",
    R"(Window::Window(Bus& bus)
    : subscription_(bus.subscribe([weak = weak_from_this()] {
        if (auto self = weak.lock()) self->repaint();
      })) {}                // Subscription's destructor takes the callback out again)",
    "Let subscribe() return an object whose destructor unsubscribes, and keep it in the subscriber. Capture "
    "weak pointers, and drop callbacks whose object is gone.",
    {"closure-captures-owner", "unbounded-cache", "global-accumulation"}};

const std::string* closure_among(const std::vector<std::string>& types) {
  const auto found = std::find_if(types.begin(), types.end(), [](const std::string& type) {
    return is_closure(type) || is_callable(type);
  });
  return found == types.end() ? nullptr : &*found;
}

class ListenersNeverRemoved : public Pattern {
 public:
  const ReportPatternPage& page() const override { return kListenersNeverRemovedPage; }

  std::optional<Recognition> recognise(const Evidence& evidence) const override {
    if (!evidence.is_growth()) return std::nullopt;
    Recognition found;
    found.is_mistake = true;
    if (const Container* container = evidence.container(ContainerKind::kCallbacks)) {
      found.confidence = .8;
      found.evidence.push_back("The blocks stand in " + container->name + ", which keeps callbacks.");
    } else if (const std::string* closure = closure_among(evidence.types())) {
      found.confidence = .7;
      found.evidence.push_back("A callback holds the blocks or is one of them: " + plain_type(*closure) +
                               ".");
    } else {
      return std::nullopt;
    }
    found.evidence.push_back(evidence.kept_sentence());
    add_holder(evidence, found);
    return found;
  }
};

}  // namespace

const Pattern& listeners_never_removed() {
  static const ListenersNeverRemoved pattern;
  return pattern;
}

}  // namespace leak::scan
