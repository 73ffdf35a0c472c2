// Runs a program with the hook preloaded, as a shell would run it, and learns which traces its process tree
// wrote.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace leak::scan {

struct Recording {
  int exit_code = 0;                // the program's, or 128 + signal number
  std::vector<std::string> traces;  // one for each recorded process that still has its trace
};

struct LaunchOptions {
  std::vector<std::string> command;  // not empty
  std::string trace;                 // empty: named by the hook
  std::vector<std::pair<std::string, std::string>> settings;
  bool include_children = true;
};

// Throws CommandError when the program cannot be started or cannot be recorded.
Recording record_program(const LaunchOptions& options);

}  // namespace leak::scan
