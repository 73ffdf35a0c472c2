// The value of a fact of a process.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gate/gate_report.h"
#include "gate/rule.h"
#include "report/report_model.h"

namespace leak::scan {

struct FactValue {
  std::optional<double> value;
  std::string unknown_because;  // half a sentence
};

// `leaks` of all processes, their states settled.
FactValue fact_of(const Rule& rule, const ReportModel& model, std::size_t process,
                  const std::vector<GateLeak>& leaks, bool has_baseline);

// Lost blocks that count: neither suppressed nor known. None of a process without a truth.
ReportCount lost_that_counts(const ReportProcess& process, std::size_t index,
                             const std::vector<GateLeak>& leaks);

}  // namespace leak::scan
