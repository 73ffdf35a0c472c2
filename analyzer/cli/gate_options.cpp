#include "cli/gate_options.h"

#include <CLI/CLI.hpp>

namespace leak::scan {

void add_suppression_option(CLI::App& command, GateOptions& gate) {
  command
      .add_option("--suppressions", gate.suppressions,
                  "Leaks to live with, in LeakSanitizer's or valgrind's format")
      ->type_name("FILE")
      ->allow_extra_args(false);
}

void add_gate_options(CLI::App& command, GateOptions& gate, GateScope scope) {
  command.add_option("--fail-on", gate.rules, "Fail when this is true, such as 'lost>0' or 'peak>512MB'")
      ->type_name("RULE")
      ->allow_extra_args(false);
  add_suppression_option(command, gate);
  command.add_flag("!--no-built-in-suppressions", gate.built_in_suppressions,
                   "Do not suppress what libraries of the system are known to keep");
  command
      .add_option("--source-root", gate.source_root,
                  "Files below are named relative to it (default: the working directory)")
      ->type_name("DIR");
  command.add_option("--markdown", gate.markdown, "Write a summary for people here ('-' is standard output)")
      ->type_name("FILE");
  if (scope != GateScope::kEverything) return;
  command.add_option("--baseline", gate.baseline, "Leaks that are known; new ones fail")->type_name("FILE");
  command.add_flag("--update-baseline", gate.update_baseline, "Write the leaks of this run to the baseline");
  command.add_option("--junit", gate.junit, "Write JUnit XML here")->type_name("FILE");
  command.add_option("--sarif", gate.sarif, "Write SARIF 2.1.0 here")->type_name("FILE");
  command.add_option("--gitlab", gate.gitlab, "Write a GitLab code quality report here")->type_name("FILE");
  command.add_flag("--github", gate.github, "Print annotations for GitHub Actions");
}

}  // namespace leak::scan
