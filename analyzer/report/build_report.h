// From what a process did (HeapHistory) to what a reader is shown (ReportModel): names, rankings, findings.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analyses/growth.h"
#include "analyses/residency.h"
#include "analyses/spikes.h"
#include "graph/graph_view.h"
#include "report/frame_table.h"
#include "report/limit.h"
#include "report/report_model.h"
#include "report/site_selection.h"
#include "symbols/symbolizer.h"

namespace leak::scan {

struct ReportOptions {
  std::optional<std::size_t> max_sites = 50000;  // nullopt: all
  std::size_t max_snapshots = 100;
  LimitChoice limit;
};

struct ProcessInput {
  const HeapHistory& history;
  std::vector<Growth> site_growth;  // by index of HeapHistory::sites; may be shorter
  std::optional<Trend> mapping_growth;
  const GraphAnalysis* graph = nullptr;  // nullptr: the heap was never scanned
  std::vector<Spike> spikes = {};
  std::optional<Residency> residency = {};
};

class ReportBuilder {
 public:
  // Requires: `symbolizer` outlives this.
  ReportBuilder(Symbolizer& symbolizer, ReportOptions options);

  // The history is not needed afterwards.
  void add(const ProcessInput& input);

  // Processes in tree order.
  ReportModel finish() &&;

 private:
  // By id in the report, the index in the history. Fills what is told of sites.
  std::vector<std::uint32_t> add_sites(const ProcessInput& input, ReportProcess& process);
  void add_mapping_sites(const ProcessInput& input, ReportProcess& process);
  void add_warnings(ReportProcess& process);

  ReportOptions options_;
  Symbolizer& symbolizer_;
  FrameTable frames_;
  std::vector<ReportProcess> processes_;
  std::size_t warnings_taken_ = 0;
};

}  // namespace leak::scan
