// "Cannot do what you asked": thrown anywhere in the analyzer, caught once, in main.
#pragma once

#include <stdexcept>
#include <string>

namespace leak::scan {

// Exit codes of every command (documented in --help and README).
enum class ExitCode : int {
  kOk = 0,
  kGateFailed = 1,         // a --fail-on rule found something
  kCannot = 2,             // usage, no such file, not a trace, ...
  kRunGateFailed = 23,     // `run`: the program itself succeeded and a gate failed
};

// The message says what, where, and what to try: one sentence, no trailing newline.
class CommandError : public std::runtime_error {
 public:
  explicit CommandError(const std::string& message, ExitCode code = ExitCode::kCannot)
      : std::runtime_error(message), code_(code) {}
  ExitCode code() const noexcept { return code_; }

 private:
  ExitCode code_;
};

}  // namespace leak::scan
