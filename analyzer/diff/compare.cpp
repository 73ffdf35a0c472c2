#include "diff/compare.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>
#include <unordered_map>

#include "base/command_error.h"
#include "base/units.h"
#include "diff/side_places.h"

namespace leak::scan {

namespace {

constexpr std::uint64_t kFewBlocks = 4;

// Before and after, either may be missing.
struct Pair {
  const SidePlace* before = nullptr;
  const SidePlace* after = nullptr;
};

bool was_scanned(const ReportModel& model) {
  return std::any_of(model.processes.begin(), model.processes.end(),
                     [](const ReportProcess& process) { return process.truth.has_value(); });
}

double work_of(const ReportModel& model, const DiffRequest& request, const std::string& side) {
  if (request.work == DiffWork::kNone) return 1;
  if (request.work == DiffWork::kSeconds) {
    std::uint64_t longest = 0;
    for (const ReportProcess& process : model.processes) longest = std::max(longest, process.duration_ns);
    return std::max(static_cast<double>(longest) / 1e9, 1e-3);
  }
  std::uint64_t passed = 0;
  for (const ReportProcess& process : model.processes) {
    for (const ReportSnapshot& snapshot : process.snapshots) {
      if (!snapshot.automatic && snapshot.label == request.marker) ++passed;
    }
  }
  if (passed == 0) {
    throw CommandError("--per " + request.marker + ": " + side +
                       " has no snapshot of this label (leakhook_snapshot)");
  }
  return static_cast<double>(passed);
}

DiffSide side_of(const ReportModel& model, const DiffRequest& request, const std::string& name) {
  DiffSide side;
  side.processes = model.processes.size();
  side.scanned = was_scanned(model);
  side.work = work_of(model, request, name);
  for (const ReportProcess& process : model.processes) {
    side.traces.push_back(process.trace_path);
    if (side.program.empty()) side.program = process.exe;
    side.duration_ns = std::max(side.duration_ns, process.duration_ns);
    DiffFigures figures{
        process.totals.live_blocks, process.totals.live_bytes,     0, 0, process.totals.peak_bytes,
        process.totals.allocations, process.totals.allocated_bytes};
    if (process.truth) {
      const ReportClasses& blocks = process.truth->last().blocks;
      figures.lost_blocks = blocks.definitely_lost.blocks + blocks.indirectly_lost.blocks;
      figures.lost_bytes = blocks.definitely_lost.bytes + blocks.indirectly_lost.bytes;
    }
    add(side.totals, figures);
  }
  return side;
}

class Comparison {
 public:
  Comparison(const ReportModel& before, const ReportModel& after, const DiffRequest& request)
      : before_model_(before), after_model_(after), request_(request) {}

  DiffModel run() {
    model_.tool_version = after_model_.tool_version;
    model_.before = side_of(before_model_, request_, "the first");
    model_.after = side_of(after_model_, request_, "the second");
    model_.unit = request_.work == DiffWork::kSeconds ? "s" : request_.marker;
    model_.change = change(model_.before.totals, model_.after.totals);
    const bool scanned = model_.before.scanned && model_.after.scanned;
    before_ = places_of(before_model_, scanned, renamed_program(before_model_, after_model_));
    after_ = places_of(after_model_, scanned, {});
    for (const Pair& pair : matched()) add_site(pair);
    sort_sites();
    add_types();
    model_.verdict = verdict();
    return std::move(model_);
  }

 private:
  std::vector<Pair> matched() const {
    std::vector<Pair> pairs;
    // Left of `before`, by the function to blame.
    std::unordered_map<std::string, std::vector<const SidePlace*>> left;
    for (const auto& [id, place] : before_) {
      if (after_.count(id) == 0 && !place.fingerprint.frames.empty())
        left[place.fingerprint.frames.front()].push_back(&place);
    }
    for (const auto& [id, place] : after_) {
      const auto same = before_.find(id);
      pairs.push_back({same == before_.end() ? take_similar(left, place) : &same->second, &place});
    }
    for (const auto& [function, places] : left) {
      for (const SidePlace* place : places) pairs.push_back({place, nullptr});
    }
    return pairs;
  }

  static const SidePlace* take_similar(std::unordered_map<std::string, std::vector<const SidePlace*>>& left,
                                       const SidePlace& place) {
    if (place.fingerprint.frames.empty()) return nullptr;
    const auto candidates = left.find(place.fingerprint.frames.front());
    if (candidates == left.end()) return nullptr;
    std::vector<const SidePlace*>& list = candidates->second;
    const auto found = std::find_if(list.begin(), list.end(), [&place](const SidePlace* other) {
      return is_same_place(other->fingerprint.frames, place.fingerprint.frames);
    });
    if (found == list.end()) return nullptr;
    const SidePlace* taken = *found;
    list.erase(found);
    return taken;
  }

  DiffChange change(const DiffFigures& before, const DiffFigures& after) const {
    const auto less = [this](std::uint64_t a, std::uint64_t b) {
      return static_cast<double>(b) / model_.after.work - static_cast<double>(a) / model_.before.work;
    };
    return {less(before.live_blocks, after.live_blocks),        less(before.live_bytes, after.live_bytes),
            less(before.lost_blocks, after.lost_blocks),        less(before.lost_bytes, after.lost_bytes),
            less(before.peak_bytes, after.peak_bytes),          less(before.allocations, after.allocations),
            less(before.allocated_bytes, after.allocated_bytes)};
  }

  void add_site(const Pair& pair) {
    static const SidePlace kNothing{};
    const SidePlace& before = pair.before == nullptr ? kNothing : *pair.before;
    const SidePlace& after = pair.after == nullptr ? kNothing : *pair.after;
    const SidePlace& shown = pair.after == nullptr ? before : after;
    DiffSite site{shown.fingerprint.id, shown.fingerprint.frames,
                  shown.name,           before.figures,
                  after.figures,        change(before.figures, after.figures),
                  DiffVerdict::kSame};
    site.verdict = judged(before, after, site.change);
    if (site.verdict == DiffVerdict::kSame) {
      ++model_.same_sites;
      if (!request_.all_sites) return;
    }
    model_.sites.push_back(std::move(site));
  }

  // Beyond a twentieth of what there was, and beyond `least` in all.
  bool is_beyond(double change, std::uint64_t before, std::uint64_t after, double least) const {
    const double larger = std::max(static_cast<double>(before) / model_.before.work,
                                   static_cast<double>(after) / model_.after.work);
    const double work = std::max(model_.before.work, model_.after.work);
    return std::abs(change) > larger / 20 && std::abs(change) * work > least;
  }

  DiffVerdict judged(const SidePlace& before, const SidePlace& after, const DiffChange& change) const {
    const std::uint64_t was = before.leaked_blocks;
    const std::uint64_t is = after.leaked_blocks;
    if (was == 0 && is != 0) {
      const bool more_live = after.figures.live_blocks > before.figures.live_blocks;
      if (is > kFewBlocks || more_live) return DiffVerdict::kNewLeak;
    }
    if (was != 0 && is > was + was / 2 + 16) return DiffVerdict::kGrownLeak;
    if (was > kFewBlocks && is == 0) return DiffVerdict::kFixedLeak;
    const DiffFigures& a = before.figures;
    const DiffFigures& b = after.figures;
    const bool changed = is_beyond(change.live_blocks, a.live_blocks, b.live_blocks, 16) ||
                         is_beyond(change.live_bytes, a.live_bytes, b.live_bytes, 4096) ||
                         is_beyond(change.lost_blocks, a.lost_blocks, b.lost_blocks, 16) ||
                         is_beyond(change.peak_bytes, a.peak_bytes, b.peak_bytes, 65536) ||
                         is_beyond(change.allocations, a.allocations, b.allocations, 200);
    if (!changed) return DiffVerdict::kSame;
    const double first = change.live_bytes != 0   ? change.live_bytes
                         : change.peak_bytes != 0 ? change.peak_bytes
                                                  : change.allocations;
    return first > 0 ? DiffVerdict::kMore : DiffVerdict::kLess;
  }

  void sort_sites() {
    const auto rank = [](const DiffSite& site) {
      const DiffVerdict group = std::min(site.verdict, DiffVerdict::kMore);  // more and less go by size
      return std::tuple(site.verdict == DiffVerdict::kSame, group, -std::abs(site.change.lost_bytes),
                        -std::abs(site.change.live_bytes), -std::abs(site.change.peak_bytes),
                        -std::abs(site.change.allocations));
    };
    std::stable_sort(model_.sites.begin(), model_.sites.end(),
                     [&rank](const DiffSite& a, const DiffSite& b) { return rank(a) < rank(b); });
  }

  void add_types() {
    std::map<std::string, DiffType> types;
    for (const ReportProcess& process : before_model_.processes) {
      for (const ReportTypeCount& type : process.types) {
        types[type.name].before_blocks += type.blocks;
        types[type.name].before_bytes += type.bytes;
      }
    }
    for (const ReportProcess& process : after_model_.processes) {
      for (const ReportTypeCount& type : process.types) {
        types[type.name].after_blocks += type.blocks;
        types[type.name].after_bytes += type.bytes;
      }
    }
    for (auto& [name, type] : types) {
      type.name = name;
      type.change_bytes = static_cast<double>(type.after_bytes) / model_.after.work -
                          static_cast<double>(type.before_bytes) / model_.before.work;
      if (is_beyond(type.change_bytes, type.before_bytes, type.after_bytes, 4096))
        model_.types.push_back(type);
    }
    std::stable_sort(model_.types.begin(), model_.types.end(), [](const DiffType& a, const DiffType& b) {
      return std::abs(a.change_bytes) > std::abs(b.change_bytes);
    });
  }

  std::string verdict() const {
    std::string sentence;
    const auto tell = [&](DiffVerdict wanted, const std::string& one, const std::string& many) {
      const auto count = static_cast<std::uint64_t>(
          std::count_if(model_.sites.begin(), model_.sites.end(),
                        [wanted](const DiffSite& site) { return site.verdict == wanted; }));
      if (count != 0)
        sentence += (sentence.empty() ? "" : ", ") + format_count(count) + " " + (count == 1 ? one : many);
    };
    tell(DiffVerdict::kNewLeak, "new leak", "new leaks");
    tell(DiffVerdict::kGrownLeak, "grown leak", "grown leaks");
    tell(DiffVerdict::kFixedLeak, "fixed leak", "fixed leaks");
    if (sentence.empty()) return "No new leak.";
    if (!model_.sites.empty() && model_.sites.front().verdict <= DiffVerdict::kGrownLeak) {
      sentence += "; the largest in " + model_.sites.front().place;
    }
    return sentence + ".";
  }

  const ReportModel& before_model_;
  const ReportModel& after_model_;
  const DiffRequest& request_;
  std::map<std::string, SidePlace> before_;
  std::map<std::string, SidePlace> after_;
  DiffModel model_;
};

}  // namespace

std::pair<std::string, std::string> renamed_program(const ReportModel& before, const ReportModel& after) {
  if (before.processes.empty() || after.processes.empty()) return {};
  const std::string old_name = stable_module(before.processes.front().exe);
  const std::string new_name = stable_module(after.processes.front().exe);
  return old_name == new_name ? std::pair<std::string, std::string>{} : std::pair(old_name, new_name);
}

DiffModel compare(const ReportModel& before, const ReportModel& after, const DiffRequest& request) {
  return Comparison(before, after, request).run();
}

}  // namespace leak::scan
