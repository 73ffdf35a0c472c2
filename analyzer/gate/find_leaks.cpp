#include "gate/find_leaks.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>
#include <tuple>

#include "base/units.h"
#include "diff/fingerprint.h"
#include "report/findings.h"
#include "report/verdict.h"

namespace leak::scan {

namespace {

// What one allocation site contributes: before suppressions are settled.
struct Candidate {
  GateLeak leak;
  std::vector<std::size_t> matched;  // suppressions
};

// Compilers often write paths relative to the build directory: "../src/a.cpp" is "src/a.cpp" of the root.
std::string below_root(std::string_view file, std::string_view root) {
  if (!root.empty() && file.starts_with(root)) file.remove_prefix(root.size());
  while (file.starts_with("../") || file.starts_with("./")) file.remove_prefix(file.find('/') + 1);
  return std::string(file);
}

class Search {
 public:
  Search(const ReportModel& model, const LeakSearch& options) : model_(model), options_(options) {}

  FoundLeaks run() {
    for (std::size_t i = 0; i != model_.processes.size(); ++i) {
      if (model_.processes[i].truth) add_lost_sites(i);
      add_findings(i);
    }
    settle_suppressions();
    return {merged(), std::move(uses_)};
  }

 private:
  void add_lost_sites(std::size_t index) {
    const ReportProcess& process = model_.processes[index];
    for (const ReportSite& site : process.sites) {
      if (!site.lost || site.lost->definitely_lost.blocks == 0) continue;
      const ReportCount& definite = site.lost->definitely_lost;
      const ReportCount count = site.retained_lost ? *site.retained_lost : definite;
      GateLeak leak = at(index, site.stack, site.blamed);
      leak.kind = "leak";
      leak.blocks = std::max(count.blocks, definite.blocks);
      leak.bytes = std::max(count.bytes, definite.bytes);
      describe_by_finding(process, site, leak);
      add(std::move(leak), site.stack);
    }
  }

  // Of a site that is told as a cycle: which one.
  static void describe_by_finding(const ReportProcess& process, const ReportSite& site, GateLeak& leak) {
    for (const ReportFinding& finding : process.findings) {
      if (finding.site != site.id) continue;
      leak.advice = finding.advice;
      if (finding.kind == "cycle") {
        leak.kind = "cycle";
        leak.title = finding.title;
      }
      return;
    }
  }

  // What is no lost block: growth without a scan, mappings, descriptors, threads.
  void add_findings(std::size_t index) {
    const ReportProcess& process = model_.processes[index];
    for (const ReportFinding& finding : process.findings) {
      const bool told_by_site =
          process.truth && (finding.kind == "leak" || finding.kind == "cycle") && finding.site;
      if (!is_alarm(finding) || told_by_site) continue;
      const ReportSite* site =
          finding.site && *finding.site < process.sites.size() ? &process.sites[*finding.site] : nullptr;
      GateLeak leak = site == nullptr ? GateLeak{} : at(index, site->stack, site->blamed);
      leak.process = index;
      leak.kind = finding.kind;
      leak.title = finding.title;
      leak.advice = finding.advice;
      leak.blocks = finding.blocks;
      leak.bytes = finding.bytes;
      if (site == nullptr) {
        const Fingerprint made = fingerprint_of({finding.kind + "@" + stable_module(process.exe)});
        leak.fingerprint = made.id;
        leak.stable_stack = made.frames;
      }
      add(std::move(leak), site == nullptr ? std::vector<FrameId>{} : site->stack);
    }
  }

  GateLeak at(std::size_t index, const std::vector<FrameId>& stack,
              const std::optional<FrameId>& blamed) const {
    GateLeak leak;
    leak.process = index;
    Fingerprint made = fingerprint_of(stack, model_.frames, options_.renamed);
    leak.fingerprint = std::move(made.id);
    leak.stable_stack = std::move(made.frames);
    for (const FrameId id : stack) leak.stack.push_back(place_of(model_.frames[id.index()]));
    if (stack.empty()) return leak;
    const ReportFrame& frame = model_.frames[(blamed ? *blamed : stack.front()).index()];
    leak.function = frame.function;
    leak.module = frame.module;
    leak.line = frame.line;
    leak.file = below_root(frame.file, options_.source_root);
    return leak;
  }

  void add(GateLeak leak, const std::vector<FrameId>& stack) {
    Candidate candidate{std::move(leak), {}};
    for (std::size_t i = 0; i != options_.suppressions.size(); ++i) {
      if (suppresses(options_.suppressions[i], stack, model_.frames)) candidate.matched.push_back(i);
    }
    candidates_.push_back(std::move(candidate));
  }

  // Limits are about all that an entry matches, so they come after all sites were seen.
  void settle_suppressions() {
    for (const Suppression& one : options_.suppressions)
      uses_.push_back({one.text, one.origin, 0, 0, 0, {}, one.origin == "built in"});
    for (const Candidate& candidate : candidates_) {
      for (const std::size_t i : candidate.matched) uses_[i].blocks += candidate.leak.blocks;
    }
    for (std::size_t i = 0; i != uses_.size(); ++i) {
      const Suppression& one = options_.suppressions[i];
      if (!one.expires.empty() && one.expires < options_.today) {
        uses_[i].problem = "expired on " + one.expires;
      } else if (uses_[i].blocks == 0) {
        uses_[i].problem = "unused";
      } else if (one.max_blocks && uses_[i].blocks > *one.max_blocks) {
        uses_[i].problem = "matches " + format_count(uses_[i].blocks) +
                           " blocks, more than max=" + std::to_string(*one.max_blocks);
      }
    }
    for (SuppressionUse& use : uses_) use.blocks = 0;
    for (Candidate& candidate : candidates_) {
      for (const std::size_t i : candidate.matched) {
        if (!uses_[i].problem.empty()) continue;
        candidate.leak.state = LeakState::kSuppressed;
        candidate.leak.suppressed_by = uses_[i].text;
        ++uses_[i].leaks;
        uses_[i].blocks += candidate.leak.blocks;
        uses_[i].bytes += candidate.leak.bytes;
        break;
      }
    }
  }

  // Sites that differ in lines only are one place.
  std::vector<GateLeak> merged() {
    std::map<std::tuple<std::size_t, std::string, std::string, std::string>, GateLeak> by_place;
    for (Candidate& candidate : candidates_) {
      GateLeak& leak = candidate.leak;
      const auto [place, is_new] =
          by_place.try_emplace({leak.process, leak.fingerprint, leak.kind, leak.suppressed_by}, leak);
      if (is_new) continue;
      place->second.blocks += leak.blocks;
      place->second.bytes += leak.bytes;
    }
    std::vector<GateLeak> leaks;
    for (auto& [key, leak] : by_place) {
      if (leak.title.empty()) {
        leak.title = format_heap(leak.bytes, leak.blocks) + " allocated in " + place_name(leak) +
                     (leak.blocks == 1 ? " is lost" : " are lost");
      }
      leaks.push_back(std::move(leak));
    }
    std::stable_sort(leaks.begin(), leaks.end(), [](const GateLeak& a, const GateLeak& b) {
      return std::tuple(a.state, b.bytes) < std::tuple(b.state, a.bytes);
    });
    return leaks;
  }

  static std::string place_name(const GateLeak& leak) {
    ReportFrame frame;
    frame.function = leak.function.empty() ? "an unknown place" : leak.function;
    frame.file = leak.file;
    frame.line = leak.line;
    frame.module = leak.module;
    return place_of(frame);
  }

  const ReportModel& model_;
  const LeakSearch& options_;
  std::vector<Candidate> candidates_;
  std::vector<SuppressionUse> uses_;
};

}  // namespace

FoundLeaks find_leaks(const ReportModel& model, const LeakSearch& search) {
  return Search(model, search).run();
}

}  // namespace leak::scan
