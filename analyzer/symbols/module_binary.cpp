#include "symbols/module_binary.h"

#include <elfutils/libdwelf.h>
#include <fcntl.h>
#include <libelf.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <utility>

namespace leak::scan {

namespace {

namespace fs = std::filesystem;

class Descriptor {
 public:
  explicit Descriptor(const std::string& path) : number_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const { return number_; }
  int release() { return std::exchange(number_, -1); }

 private:
  int number_;
};

bool is_regular_file(const std::string& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

// Empty when the file is no ELF file or has no build-id.
std::vector<std::uint8_t> build_id_of_file(const std::string& path) {
  const Descriptor file(path);
  if (file.number() < 0) return {};
  Elf* elf = elf_begin(file.number(), ELF_C_READ_MMAP, nullptr);
  const void* bytes = nullptr;
  const ssize_t length = elf == nullptr ? 0 : dwelf_elf_gnu_build_id(elf, &bytes);
  std::vector<std::uint8_t> build_id;
  if (length > 0) {
    const auto* first = static_cast<const std::uint8_t*>(bytes);
    build_id.assign(first, first + length);
  }
  elf_end(elf);
  return build_id;
}

std::string without_deleted_mark(const std::string& path) {
  static constexpr std::string_view kMark = " (deleted)";
  return path.ends_with(kMark) ? path.substr(0, path.size() - kMark.size()) : path;
}

std::vector<std::string> candidate_paths(const std::string& path, const SymbolOptions& options) {
  const std::string base = fs::path(path).filename().string();
  std::vector<std::string> candidates;
  if (!options.sysroot.empty()) candidates.push_back(options.sysroot + path);
  candidates.push_back(path);
  for (const std::string& directory : options.debug_dirs) {
    candidates.push_back(directory + path);
    candidates.push_back(directory + "/" + base);
    candidates.push_back(directory + "/" + base + ".debug");
  }
  return candidates;
}

bool changed_after(const std::string& path, std::uint64_t unix_ns) {
  struct stat status {};
  if (unix_ns == 0 || ::stat(path.c_str(), &status) != 0) return false;
  const auto changed_ns = static_cast<std::uint64_t>(status.st_mtim.tv_sec) * 1'000'000'000U +
                          static_cast<std::uint64_t>(status.st_mtim.tv_nsec);
  return changed_ns > unix_ns;
}

}  // namespace

ModuleBinary::ModuleBinary(const Module& module, const SymbolOptions& options)
    : debug_dirs_(options.debug_dirs), build_id_(module.build_id) {
  elf_version(EV_CURRENT);
  for (const std::string& directory : debug_dirs_) search_path_ += directory + ":";
  if (!options.sysroot.empty()) search_path_ += options.sysroot + "/usr/lib/debug:";
  search_path_ += ".debug:/usr/lib/debug";
  search_path_pointer_ = search_path_.data();
  callbacks_.find_elf = dwfl_build_id_find_elf;
  callbacks_.find_debuginfo = &ModuleBinary::find_debug_file;
  callbacks_.section_address = dwfl_offline_section_address;
  callbacks_.debuginfo_path = &search_path_pointer_;

  const std::optional<std::string> path = find_file(module, options);
  if (path && !open_file(*path)) {
    warning_ = *path + " cannot be read as an ELF file; its symbols are not used.";
  }
}

// The first file that is provably the recorded one.
std::optional<std::string> ModuleBinary::find_file(const Module& module, const SymbolOptions& options) {
  const std::string path = without_deleted_mark(module.path);
  std::string other_build;
  for (const std::string& candidate : candidate_paths(path, options)) {
    if (!is_regular_file(candidate)) continue;
    if (build_id_.empty()) {
      if (changed_after(candidate, options.recorded_unix_ns)) {
        warning_ = candidate + " changed after the recording began and has no build-id; names may be wrong.";
      }
      return candidate;
    }
    if (build_id_of_file(candidate) == build_id_) return candidate;
    if (other_build.empty()) other_build = candidate;
  }
  if (std::optional<std::string> by_id = find_by_build_id(module)) return by_id;
  warning_ = other_build.empty()
                 ? path + " is not on this machine; its frames have no names (give --sysroot or --debug-dir)."
                 : other_build +
                       " was rebuilt since the recording (its build-id differs); its symbols are not used.";
  return std::nullopt;
}

// In the build-id directories, or from debuginfod.
std::optional<std::string> ModuleBinary::find_by_build_id(const Module& module) {
  if (build_id_.empty()) return std::nullopt;
  const std::unique_ptr<Dwfl, DwflEnd> session(dwfl_begin(&callbacks_));
  if (session == nullptr) return std::nullopt;
  Dwfl_Module* probe =
      dwfl_report_module(session.get(), module.path.c_str(), module.map_start, module.map_end);
  if (probe == nullptr ||
      dwfl_module_report_build_id(probe, build_id_.data(), build_id_.size(), module.map_start) != 0) {
    return std::nullopt;
  }
  void** user_data = nullptr;
  dwfl_module_info(probe, &user_data, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr);
  *user_data = this;
  char* found = nullptr;
  Elf* elf = nullptr;
  int descriptor =
      dwfl_build_id_find_elf(probe, user_data, module.path.c_str(), module.map_start, &found, &elf);
  if (descriptor < 0) {  // a debug file has the symbols and the line table, which is all we read
    descriptor = dwfl_build_id_find_debuginfo(probe, user_data, module.path.c_str(), module.map_start,
                                              nullptr, nullptr, 0, &found);
  }
  if (elf != nullptr) elf_end(elf);
  if (descriptor >= 0) ::close(descriptor);
  if (descriptor < 0 || found == nullptr) return std::nullopt;
  std::string path = found;
  std::free(found);
  return path;
}

bool ModuleBinary::open_file(const std::string& path) {
  Descriptor file(path);
  session_.reset(dwfl_begin(&callbacks_));
  if (file.number() < 0 || session_ == nullptr) return false;
  // A base of 0 with p_vaddr added: the module's addresses are those of the file.
  Dwfl_Module* module = dwfl_report_elf(session_.get(), path.c_str(), path.c_str(), file.number(), 0, true);
  if (module == nullptr) return false;
  static_cast<void>(file.release());  // libdwfl closes it
  void** user_data = nullptr;
  dwfl_module_info(module, &user_data, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr);
  *user_data = this;
  dwfl_report_end(session_.get(), nullptr, nullptr);
  GElf_Addr bias = 0;
  if (dwfl_module_getelf(module, &bias) == nullptr) return false;
  module_ = module;
  return true;
}

// libdwfl calls this when the file itself has no DWARF. A plain directory of debug files comes first; the
// standard search needs a certain layout below it.
int ModuleBinary::find_debug_file(Dwfl_Module* module, void** user_data, const char* name, Dwarf_Addr base,
                                  const char* file_name, const char* debuglink, GElf_Word crc,
                                  char** found_path) {
  const auto* self = static_cast<const ModuleBinary*>(*user_data);
  std::vector<std::string> names;
  if (debuglink != nullptr) names.emplace_back(debuglink);
  if (file_name != nullptr) {
    const std::string file = fs::path(file_name).filename().string();
    names.push_back(file);
    names.push_back(file + ".debug");
  }
  const unsigned char* bits = nullptr;
  GElf_Addr note_address = 0;
  const int length = dwfl_module_build_id(module, &bits, &note_address);
  const std::vector<std::uint8_t> wanted =
      length > 0 ? std::vector<std::uint8_t>(bits, bits + length) : std::vector<std::uint8_t>{};
  for (const std::string& directory : self->debug_dirs_) {
    for (const std::string& one : names) {
      const std::string path = directory + "/" + one;
      std::error_code ignored;
      if (file_name != nullptr && fs::equivalent(path, file_name, ignored)) continue;
      if (wanted.empty() || !is_regular_file(path) || build_id_of_file(path) != wanted) continue;
      Descriptor file(path);
      if (file.number() < 0) continue;
      *found_path = ::strdup(path.c_str());
      return file.release();
    }
  }
  return dwfl_standard_find_debuginfo(module, user_data, name, base, file_name, debuglink, crc, found_path);
}

}  // namespace leak::scan
