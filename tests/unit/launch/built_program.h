#pragma once

#include <string>

namespace leak::scan {

// The path of a program or library that this folder's build makes.
inline std::string built_program(const std::string& name) { return std::string(LEAK_PROGRAMS) + "/" + name; }

}  // namespace leak::scan
