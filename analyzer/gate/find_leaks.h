// The leaks of a report, one for each place of each process, with what other tools need to show them.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "gate/gate_report.h"
#include "report/report_model.h"
#include "suppress/suppressions.h"

namespace leak::scan {

struct LeakSearch {
  std::vector<Suppression> suppressions;
  std::string today;                            // "YYYY-MM-DD", for suppressions that expire
  std::string source_root;                      // with a slash at its end; empty: files stay as they are
  std::pair<std::string, std::string> renamed;  // see fingerprint_of
};

struct FoundLeaks {
  std::vector<GateLeak> leaks;       // open ones first, then by bytes
  std::vector<SuppressionUse> uses;  // of all suppressions, in their order
};

FoundLeaks find_leaks(const ReportModel& model, const LeakSearch& search);

}  // namespace leak::scan
