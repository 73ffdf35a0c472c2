// The places of one side of a comparison: sites with the same fingerprint, of all processes, are one.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "diff/diff_model.h"
#include "diff/fingerprint.h"
#include "report/report_model.h"

namespace leak::scan {

struct SidePlace {
  Fingerprint fingerprint;
  std::string name;
  DiffFigures figures;
  std::uint64_t leaked_blocks = 0;  // definitely lost; without a scan those of findings
};

// By fingerprint.
std::map<std::string, SidePlace> places_of(const ReportModel& model, bool scanned,
                                           const std::pair<std::string, std::string>& renamed);

void add(DiffFigures& to, const DiffFigures& more);

}  // namespace leak::scan
