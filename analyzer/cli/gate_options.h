// What `check` and the gates of `run` and `diff` are told, as plain values.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace leak::scan {

struct GateOptions {
  std::vector<std::string> rules;
  std::vector<std::string> suppressions;  // files
  bool built_in_suppressions = true;
  bool print_suppressions = false;
  std::string baseline;
  bool update_baseline = false;
  std::string source_root;  // empty: the working directory
  std::string junit;
  std::string sarif;
  std::string gitlab;
  std::string markdown;
  bool github = false;

  bool is_used() const {
    return !rules.empty() || !suppressions.empty() || !baseline.empty() || github || !junit.empty() ||
           !sarif.empty() || !gitlab.empty() || !markdown.empty();
  }
};

enum class GateScope { kRules, kEverything };

// --suppressions alone, for reports.
void add_suppression_option(CLI::App& command, GateOptions& gate);

// kRules: what fails, suppressions and a baseline. kEverything: formats of continuous integration, too.
void add_gate_options(CLI::App& command, GateOptions& gate, GateScope scope);

}  // namespace leak::scan
