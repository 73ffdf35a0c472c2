// What a report says about a trace that is a sample.
#pragma once

#include <string>
#include <vector>

#include "replay/heap_history.h"
#include "report/report_model.h"

namespace leak::scan {

std::vector<ReportSamplingPeriod> sampling_of(const HeapHistory& history);

// Sentences: since when, at which rate and why, and what the figures are then. None for a full recording.
std::vector<std::string> sampling_notes(const HeapHistory& history);

}  // namespace leak::scan
