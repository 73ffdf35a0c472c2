// Small reports for gates.
#pragma once

#include <string>
#include <vector>

#include "report/report_model.h"

namespace leak::test {

// A process "app" whose sites lose blocks: functions leak0, leak1, ... called by main.
class GateModel {
 public:
  GateModel() {
    model_.tool_version = "1.2.3";
    add_process("app", 100);
    main_ = frame("main");
  }

  GateModel& add_process(const std::string& name, std::uint32_t pid) {
    scan::ReportProcess process;
    process.exe = "/bin/" + name;
    process.pid = pid;
    process.duration_ns = 5'000'000'000;
    process.end_kind = "exited";
    scan::ReportGraphView view;
    view.when = "exit";
    process.truth = scan::ReportTruth{{view}};
    model_.processes.push_back(process);
    return *this;
  }

  // `blocks` of 10 bytes each.
  GateModel& lose(const std::string& function, std::uint64_t blocks, std::uint32_t line = 7) {
    scan::ReportProcess& process = model_.processes.back();
    scan::ReportSite site;
    site.id = static_cast<std::uint32_t>(process.sites.size());
    const FrameId blamed = frame(function, line);
    site.stack = {blamed, main_};
    site.blamed = blamed;
    site.allocations = site.live_blocks = site.peak_blocks = blocks;
    site.allocated_bytes = site.live_bytes = site.peak_bytes = blocks * 10;
    site.lost = scan::ReportClasses{{blocks, blocks * 10}, {}, {}, {}, {}};
    scan::ReportCount& total = process.truth->views.back().blocks.definitely_lost;
    total.blocks += blocks;
    total.bytes += blocks * 10;
    process.totals.allocations += blocks;
    process.sites.push_back(site);
    return *this;
  }

  scan::ReportProcess& process() { return model_.processes.back(); }
  scan::ReportModel& model() { return model_; }

 private:
  using FrameId = scan::FrameId;

  FrameId frame(const std::string& function, std::uint32_t line = 1) {
    model_.frames.push_back({function, "/src/app/app.cpp", line, "/bin/app", 0x1000, false, false, {}});
    return FrameId(static_cast<std::uint32_t>(model_.frames.size() - 1));
  }

  scan::ReportModel model_;
  FrameId main_;
};

}  // namespace leak::test
