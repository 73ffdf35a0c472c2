#include "patterns/all.h"

namespace leak::scan {

namespace {

const ReportPatternPage kUnboundedCachePage = {
    "unbounded-cache",
    "Unbounded cache",
    "Results are kept under a key so that they need not be made again, and no entry ever leaves. Everything "
    "is "
    "still reachable, so no leak checker complains; the process simply grows with every key that it meets, "
    "until it is killed.",
    "The place piles up memory until the end of the run, and its blocks are the nodes of a container that "
    "finds "
    "by key (std::unordered_map, std::map and their kin in Boost, Abseil, Qt, GLib and Rust), or stand in "
    "one. "
    "It is surer when a global variable holds them and when nothing made here was ever given back. A cache "
    "that evicts is judged as bounded and not reported.",
    R"(const Page& render(const Url& url) {
  static auto& pages = *new std::unordered_map<Url, Page>;
  auto found = pages.find(url);
  if (found == pages.end()) found = pages.emplace(url, make_page(url)).first;
  return found->second;             // every distinct URL stays for ever
})",
    R"(const Page& render(const Url& url) {
  static auto& pages = *new LruCache<Url, Page>(/*most=*/10'000);
  if (const Page* page = pages.find(url)) return *page;
  return pages.insert(url, make_page(url));   // the oldest entry makes room
})",
    "Give the cache a limit (entries or bytes) and a rule for what goes first, or let entries expire. Count "
    "its size as a metric, so that the next one is seen before it hurts.",
    {"global-accumulation", "listeners-never-removed", "steady-growth"}};

class UnboundedCache : public Pattern {
 public:
  const ReportPatternPage& page() const override { return kUnboundedCachePage; }

  std::optional<Recognition> recognise(const Evidence& evidence) const override {
    if (!evidence.is_growth()) return std::nullopt;
    const Container* container = evidence.container(ContainerKind::kKeyed);
    if (container == nullptr) return std::nullopt;
    Recognition found;
    found.confidence = .6;
    found.evidence = {"The blocks are entries of " + container->name + ", which finds by key.",
                      evidence.kept_sentence()};
    add_holder(evidence, found);
    if (evidence.keeps_everything()) {
      found.confidence += .15;
      found.evidence.emplace_back("No entry was ever removed.");
    }
    return found;
  }
};

}  // namespace

const Pattern& unbounded_cache() {
  static const UnboundedCache pattern;
  return pattern;
}

}  // namespace leak::scan
