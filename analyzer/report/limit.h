// The memory that a process may use, and when it will have used it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "report/report_model.h"

namespace leak::scan {

inline constexpr std::uint64_t kDefaultHorizonNs = 86'400'000'000'000;  // a day

struct LimitChoice {
  std::optional<std::uint64_t> bytes;  // absent: that of the control group, if it was recorded; 0: none
  std::uint64_t horizon_ns = kDefaultHorizonNs;
};

// nullopt without a limit. Requires: the totals, mappings and timeline of `process` are complete.
std::optional<ReportLimit> limit_of(const ReportProcess& process, std::uint64_t recorded_bytes,
                                    const LimitChoice& choice);

// Says of each finding that grows, and of the process, when they meet the limit. Requires: findings are
// complete.
void forecast(ReportProcess& process);

// "At this rate it meets its limit of 2.0 GiB in 14h 03m (between 12h 10m and 17h 00m)." Requires: `met`.
std::string limit_sentence(const ReportLimit& limit);

// "in 14h 03m", "now".
std::string forecast_text(const ReportForecast& forecast);

}  // namespace leak::scan
