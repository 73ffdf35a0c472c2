// What gates found, in the languages of continuous integration.
#pragma once

#include <ostream>

#include "gate/gate_report.h"

namespace leak::scan {

// A test suite for each process, a test case for each rule; a broken one has its leaks in the failure.
void render_junit(const GateReport& report, std::ostream& out);

// SARIF 2.1.0: a result for each leak; suppressed ones marked so, known ones as unchanged.
void render_sarif(const GateReport& report, std::ostream& out);

// GitLab's code quality report: an array of issues. Known and suppressed leaks are not in it.
void render_gitlab(const GateReport& report, std::ostream& out);

// Workflow commands of GitHub Actions, one line each, for standard output.
void render_github(const GateReport& report, std::ostream& out);

}  // namespace leak::scan
