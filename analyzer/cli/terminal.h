// What standard output and error are connected to.
#pragma once

#include <cstddef>

namespace leak::scan {

bool is_terminal(int descriptor);

// A terminal that wants colours: NO_COLOR is unset or empty, TERM is not "dumb".
bool wants_colours(int descriptor);

// Columns of the terminal; `otherwise` when it is none.
std::size_t terminal_width(int descriptor, std::size_t otherwise);

}  // namespace leak::scan
