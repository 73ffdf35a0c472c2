// Where libleakhook.so is.
#pragma once

#include <string>

namespace leak::scan {

// LEAKHOOK_LIBRARY, else next to this program or in the lib directory of its tree, built or installed. Throws
// CommandError when it is nowhere. An absolute path.
std::string find_hook_library();

}  // namespace leak::scan
