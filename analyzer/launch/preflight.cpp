#include "launch/preflight.h"

#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <sstream>

#include "base/command_error.h"
#include "launch/elf_header.h"

namespace leak::scan {

namespace {

bool exists(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0;
}

bool is_runnable(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) && ::access(path.c_str(), X_OK) == 0;
}

std::optional<std::string> find_in_path(const std::string& name) {
  const char* search = std::getenv("PATH");
  std::istringstream directories(search == nullptr ? "/usr/local/bin:/usr/bin:/bin" : search);
  for (std::string directory; std::getline(directories, directory, ':');) {
    const std::string path = (directory.empty() ? "." : directory) + "/" + name;
    if (is_runnable(path)) return path;
  }
  return std::nullopt;
}

// The interpreter of "#!/usr/bin/env python3" is env itself: that is what the kernel starts.
std::optional<std::string> script_interpreter(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string line;
  if (!std::getline(file, line) || !line.starts_with("#!")) return std::nullopt;
  std::istringstream words(line.substr(2));
  std::string interpreter;
  words >> interpreter;
  return interpreter;
}

// AT_SECURE: the kernel gives the program other rights than ours, and the loader then ignores LD_PRELOAD.
bool runs_with_other_rights(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return false;
  if ((status.st_mode & S_ISUID) != 0 && status.st_uid != ::getuid()) return true;
  if ((status.st_mode & S_ISGID) != 0 && status.st_gid != ::getgid()) return true;
  return ::getuid() != 0 && ::getxattr(path.c_str(), "security.capability", nullptr, 0) > 0;
}

bool is_sanitized(const ElfHeader& elf) {
  return !elf.symbols_seen.empty() ||
         std::any_of(elf.needed.begin(), elf.needed.end(), [](const std::string& name) {
           return name.starts_with("libasan.so") || name.starts_with("libclang_rt.asan") ||
                  name.starts_with("libtsan.so") || name.starts_with("libclang_rt.tsan") ||
                  name.starts_with("liblsan.so");
         });
}

void check_elf(const std::string& path, const ElfHeader& elf) {
  if (!elf.is_64_bit || elf.machine != own_machine()) {
    throw CommandError(
        "'" + path + "' is built for another architecture than libleakhook.so; record it on such a machine");
  }
  if (elf.interpreter.empty()) {
    throw CommandError(
        "'" + path +
        "' is a static program: the loader never sees it, so nothing can be preloaded; link it dynamically");
  }
  if (elf.interpreter.find("ld-musl") != std::string::npos) {
    throw CommandError("'" + path + "' uses musl libc; only glibc programs can be recorded");
  }
  if (is_sanitized(elf)) {
    throw CommandError("'" + path +
                       "' is built with a sanitizer that replaces the allocator itself; rebuild it without "
                       "-fsanitize to record it");
  }
}

}  // namespace

std::string find_program(const std::string& command) {
  if (command.find('/') == std::string::npos) {
    if (std::optional<std::string> path = find_in_path(command)) return *path;
    throw CommandError("'" + command + "' is not in PATH" +
                       (exists(command) ? "; did you mean './" + command + "'?" : ""));
  }
  if (!exists(command)) throw CommandError("there is no program '" + command + "'");
  if (!is_runnable(command)) throw CommandError("'" + command + "' is not an executable file");
  return command;
}

void check_can_preload(const std::string& path) {
  constexpr int kMostInterpreters = 4;  // as the kernel
  std::string program = path;
  for (int i = 0; i != kMostInterpreters; ++i) {
    const std::optional<std::string> interpreter = script_interpreter(program);
    if (!interpreter) break;
    if (!is_runnable(*interpreter)) {
      throw CommandError("the interpreter '" + *interpreter + "' of '" + program + "' cannot be executed");
    }
    program = *interpreter;
  }
  if (runs_with_other_rights(program)) {
    throw CommandError("'" + program +
                       "' runs with other rights (set-user-ID or capabilities), where the loader ignores "
                       "LD_PRELOAD; run a copy without them");
  }
  // Something else (a script without "#!", binfmt_misc) is left to execvp.
  const std::optional<ElfHeader> elf =
      read_elf_header(program, {"__asan_init", "__tsan_init", "__hwasan_init", "__msan_init"});
  if (elf) check_elf(program, *elf);
}

}  // namespace leak::scan
