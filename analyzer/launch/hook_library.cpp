#include "launch/hook_library.h"

#include <cstdlib>
#include <filesystem>
#include <vector>

#include "base/command_error.h"

namespace leak::scan {

std::string find_hook_library() {
  namespace fs = std::filesystem;
  static constexpr const char* kName = "libleakhook.so";
  std::error_code error;
  if (const char* chosen = std::getenv("LEAKHOOK_LIBRARY"); chosen != nullptr && *chosen != '\0') {
    if (fs::is_regular_file(chosen, error)) return fs::absolute(chosen).string();
    throw CommandError("LEAKHOOK_LIBRARY names '" + std::string(chosen) + "', which is no file");
  }
  const fs::path here = fs::read_symlink("/proc/self/exe", error).parent_path();
  const std::vector<fs::path> places = {here, here / ".." / LEAKSCAN_LIBDIR, here / ".." / "lib"};
  for (const fs::path& place : places) {
    if (fs::is_regular_file(place / kName, error)) return fs::canonical(place / kName, error).string();
  }
  throw CommandError("libleakhook.so is not where leakscan is installed; set LEAKHOOK_LIBRARY to its path");
}

}  // namespace leak::scan
