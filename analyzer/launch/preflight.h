// Will the loader take our library into this program? Asked before the program starts, because afterwards
// there is only silence.
#pragma once

#include <string>

namespace leak::scan {

// The file that execvp would run: `command` itself when it has a slash, else found in PATH. Throws
// CommandError when there is none or it cannot be executed.
std::string find_program(const std::string& command);

// Throws CommandError, saying why, when `path` (or the interpreter of the script that it is) cannot be
// recorded.
void check_can_preload(const std::string& path);

}  // namespace leak::scan
