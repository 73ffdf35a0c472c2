#include "report/sampling_notes.h"

#include <sstream>
#include <utility>

#include "base/units.h"

namespace leak::scan {

namespace {

std::string percent_of(std::uint32_t permille) {
  std::string text = std::to_string(permille / 10);
  if (permille % 10 != 0) text.append(".").append(std::to_string(permille % 10));
  return text + " %";
}

std::string rate_of(const SamplingPeriod& period) {
  return "1 block per " + format_bytes(period.sample_bytes);
}

std::string sentence_about(const SamplingPeriod& period, bool was_sampling) {
  std::ostringstream sentence;
  if (period.budget_permille == 0) {
    sentence << "Recorded was a sample, on average " << rate_of(period) << ".";
  } else {
    sentence << "Recording switched to " << (was_sampling ? "" : "sampling ") << rate_of(period) << " at "
             << format_duration(period.from_ns) << " to stay under " << percent_of(period.budget_permille)
             << " of the program's CPU time; it was " << percent_of(period.measured_permille) << " before.";
  }
  return std::move(sentence).str();
}

}  // namespace

std::vector<ReportSamplingPeriod> sampling_of(const HeapHistory& history) {
  std::vector<ReportSamplingPeriod> periods;
  for (const SamplingPeriod& period : history.sampling) {
    periods.push_back(
        {period.from_ns, period.sample_bytes, period.budget_permille, period.measured_permille});
  }
  return periods;
}

std::vector<std::string> sampling_notes(const HeapHistory& history) {
  std::vector<std::string> notes;
  for (const SamplingPeriod& period : history.sampling) {
    notes.push_back(sentence_about(period, !notes.empty()));
  }
  if (!notes.empty()) {
    notes.emplace_back(
        "Bytes and counts of the heap are therefore estimates; the truth lies within the ± of a figure with "
        "99 % "
        "confidence. The peak, the highest of varying estimates, tends to be a little high. Mappings are "
        "never "
        "sampled.");
  }
  return notes;
}

}  // namespace leak::scan
