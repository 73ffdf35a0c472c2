// Names for return addresses, from inside the program: from the symbol tables of its own files, static functions
// included, so nothing has to be linked with -rdynamic. C++14; allocates; not for signal handlers.
#ifndef LEAKHOOK_SYMBOLS_H
#define LEAKHOOK_SYMBOLS_H

#include <cxxabi.h>
#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace leakhook {

struct Symbol {
  std::string linker_name;  // empty when no function is known there
  std::string function;     // the same for people: "Cart::add(Item)"
  std::uintptr_t offset = 0;  // of the return address in the function; without one, in the module
  std::string module;       // path; empty when no file is known there

  // "Cart::add(Item)+0x1d (server)"
  std::string text() const {
    char number[32];
    std::snprintf(number, sizeof(number), "+0x%llx", static_cast<unsigned long long>(offset));
    const std::string file = module.substr(module.rfind('/') + 1);
    if (function.empty()) return (file.empty() ? "?" : file) + number;
    return function + number + " (" + file + ")";
  }
};

namespace detail {

// The functions of one ELF file, by address in the file. The file stays mapped: names point into it.
class SymbolFile {
 public:
  explicit SymbolFile(const std::string& path) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) return;
    struct stat status {};
    if (::fstat(file, &status) == 0 && status.st_size > static_cast<off_t>(sizeof(ElfW(Ehdr)))) {
      size_ = static_cast<std::size_t>(status.st_size);
      void* const memory = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, file, 0);
      if (memory != MAP_FAILED) read(static_cast<const char*>(memory));
    }
    ::close(file);
  }

  // The name of the function that holds `address`, and its beginning; null when none does.
  const char* find(std::uintptr_t address, std::uintptr_t& begin) const {
    auto after = std::upper_bound(functions_.begin(), functions_.end(), address,
                                  [](std::uintptr_t a, const Function& f) { return a < f.begin; });
    if (after == functions_.begin()) return nullptr;
    --after;
    if (address - after->begin >= after->size) return nullptr;
    begin = after->begin;
    return after->name;
  }

 private:
  struct Function {
    std::uintptr_t begin;
    std::uintptr_t size;
    const char* name;
  };

  bool fits(std::uint64_t offset, std::uint64_t size) const {
    return offset <= size_ && size <= size_ - offset;
  }

  void read(const char* bytes) {
    ElfW(Ehdr) header;
    std::memcpy(&header, bytes, sizeof(header));
    if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 || header.e_shentsize != sizeof(ElfW(Shdr)) ||
        !fits(header.e_shoff, std::uint64_t{header.e_shnum} * sizeof(ElfW(Shdr)))) {
      return;
    }
    std::vector<ElfW(Shdr)> sections(header.e_shnum);
    std::memcpy(sections.data(), bytes + header.e_shoff, sections.size() * sizeof(ElfW(Shdr)));
    for (const ElfW(Shdr)& section : sections) {
      if (section.sh_type != SHT_SYMTAB && section.sh_type != SHT_DYNSYM) continue;
      if (section.sh_link < sections.size()) read_table(bytes, section, sections[section.sh_link]);
    }
    std::sort(functions_.begin(), functions_.end(),
              [](const Function& a, const Function& b) { return a.begin < b.begin; });
  }

  void read_table(const char* bytes, const ElfW(Shdr) & table, const ElfW(Shdr) & names) {
    if (!fits(table.sh_offset, table.sh_size) || !fits(names.sh_offset, names.sh_size) ||
        names.sh_size == 0 || bytes[names.sh_offset + names.sh_size - 1] != '\0') {
      return;
    }
    for (std::uint64_t at = 0; at + sizeof(ElfW(Sym)) <= table.sh_size; at += sizeof(ElfW(Sym))) {
      ElfW(Sym) symbol;
      std::memcpy(&symbol, bytes + table.sh_offset + at, sizeof(symbol));
      const unsigned type = symbol.st_info & 0xf;
      if ((type != STT_FUNC && type != STT_GNU_IFUNC) || symbol.st_size == 0 ||
          symbol.st_name >= names.sh_size) {
        continue;
      }
      functions_.push_back({symbol.st_value, symbol.st_size, bytes + names.sh_offset + symbol.st_name});
    }
  }

  std::size_t size_ = 0;
  std::vector<Function> functions_;
};

struct LoadedFile {
  std::uintptr_t address;  // looked for
  std::uintptr_t base = 0;
  std::string path;
};

inline int find_loaded_file(dl_phdr_info* info, std::size_t, void* context) {
  LoadedFile& file = *static_cast<LoadedFile*>(context);
  for (int i = 0; i != info->dlpi_phnum; ++i) {
    const ElfW(Phdr)& part = info->dlpi_phdr[i];
    if (part.p_type != PT_LOAD || file.address - (info->dlpi_addr + part.p_vaddr) >= part.p_memsz) continue;
    file.base = info->dlpi_addr;
    file.path = info->dlpi_name;
    if (!file.path.empty()) return 1;
    char own[4096];
    const ssize_t length = ::readlink("/proc/self/exe", own, sizeof(own));
    file.path.assign(own, length > 0 ? static_cast<std::size_t>(length) : 0);
    return 1;
  }
  return 0;
}

inline const SymbolFile& symbol_file(const std::string& path) {
  static std::mutex mutex;
  static std::map<std::string, SymbolFile>* const files = new std::map<std::string, SymbolFile>;
  const std::lock_guard<std::mutex> lock(mutex);
  const auto found = files->find(path);
  return found != files->end() ? found->second : files->emplace(path, SymbolFile(path)).first->second;
}

}  // namespace detail

// Of the call before a return address.
inline Symbol symbol_of(const void* return_address) {
  detail::LoadedFile file;
  file.address = reinterpret_cast<std::uintptr_t>(return_address) - 1;
  Symbol symbol;
  symbol.offset = file.address + 1;
  if (::dl_iterate_phdr(&detail::find_loaded_file, &file) == 0) return symbol;
  symbol.module = file.path;
  symbol.offset = file.address + 1 - file.base;
  std::uintptr_t begin = 0;
  const char* const name = detail::symbol_file(file.path).find(file.address - file.base, begin);
  if (name == nullptr) return symbol;
  symbol.offset -= begin;
  symbol.linker_name = name;
  int status = 0;
  char* const demangled = abi::__cxa_demangle(name, nullptr, nullptr, &status);
  symbol.function = status == 0 ? demangled : name;
  std::free(demangled);
  return symbol;
}

}  // namespace leakhook

#endif
