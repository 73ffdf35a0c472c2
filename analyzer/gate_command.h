// What is around gates: files that they read, files that they write.
#pragma once

#include <ostream>

#include "cli/gate_options.h"
#include "gate/evaluate.h"

namespace leak::scan {

// Reads rules, suppressions and the baseline. Before anything that takes long: throws CommandError.
GateInput load_gates(const GateOptions& options);

enum class GateText { kOnOut, kOnDiagnostics };

// Judges the model and writes what was asked for; true when a gate failed. The text goes where `text` says,
// unless a file was to go to standard output.
bool judge_and_write(const ReportModel& model, GateInput input, const GateOptions& options, GateText text,
                     std::ostream& out, std::ostream& diagnostics);

// The suppressions of files on a report (gate/excuse.h); expired, exceeded and unused ones are told. Nothing
// happens when no file was given. Requires: `input` is what load_gates made of `options`.
void excuse(ReportModel& model, GateInput input, const GateOptions& options, std::ostream& diagnostics);

}  // namespace leak::scan
