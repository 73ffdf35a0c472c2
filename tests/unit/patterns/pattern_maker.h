// Reports with one finding, as the analyses would make them.
#pragma once

#include <string>
#include <vector>

#include "patterns/name_patterns.h"
#include "report/report_model.h"

namespace leak::scan::test {

class PatternMaker {
 public:
  PatternMaker() { model_.processes.emplace_back(); }

  ReportProcess& process() { return model_.processes.front(); }

  // A site whose runtime frames (leaf first) were called by "work" of the program.
  ReportSite& site(const std::vector<std::string>& runtime_frames, std::uint64_t allocations = 1000,
                   std::uint64_t freed = 0) {
    ReportSite& site = process().sites.emplace_back();
    site.id = static_cast<std::uint32_t>(process().sites.size() - 1);
    for (const std::string& function : runtime_frames) site.stack.push_back(frame(function, true));
    site.stack.push_back(frame("work()", false));
    site.blamed = site.stack.back();
    site.allocations = allocations;
    site.deallocations = freed;
    site.live_blocks = allocations - freed;
    site.live_bytes = site.live_blocks * 100;
    return site;
  }

  ReportFinding& finding(const std::string& kind,
                         std::vector<std::pair<std::string, std::string>> evidence = {}) {
    ReportFinding& finding = process().findings.emplace_back();
    finding.kind = kind;
    finding.evidence = std::move(evidence);
    if (!process().sites.empty()) finding.site = 0;
    return finding;
  }

  void name() { name_patterns(model_); }

  // The kind that the first finding gets; empty when it gets none.
  std::string named() {
    name();
    const ReportFinding& finding = process().findings.front();
    return finding.pattern ? finding.pattern->kind : "";
  }

  const ReportFinding& first() { return process().findings.front(); }
  const ReportModel& model() { return model_; }

 private:
  FrameId frame(const std::string& function, bool is_system) {
    ReportFrame frame;
    frame.function = function;
    frame.system = is_system;
    frame.file = is_system ? "/usr/include/c++/12/bits/any.h" : "/src/work.cpp";
    frame.line = 7;
    model_.frames.push_back(frame);
    return FrameId(static_cast<std::uint32_t>(model_.frames.size() - 1));
  }

  ReportModel model_;
};

inline ReportHeld held_by_global(std::uint64_t blocks) {
  return {"g_any in work.cpp (app)", "global", blocks, blocks * 100};
}

}  // namespace leak::scan::test
