#include "launch/elf_header.h"

#include <elf.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <span>

namespace leak::scan {

namespace {

// A file mapped for reading; empty when that is impossible.
class MappedFile {
 public:
  explicit MappedFile(const std::string& path) {
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return;
    struct stat status {};
    if (::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0) {
      const auto bytes = static_cast<std::size_t>(status.st_size);
      void* memory = ::mmap(nullptr, bytes, PROT_READ, MAP_PRIVATE, descriptor, 0);
      if (memory != MAP_FAILED) bytes_ = {static_cast<const std::uint8_t*>(memory), bytes};
    }
    ::close(descriptor);
  }
  ~MappedFile() {
    if (!bytes_.empty()) ::munmap(const_cast<std::uint8_t*>(bytes_.data()), bytes_.size());
  }
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  template <class T>
  bool read(std::uint64_t offset, T& value) const {
    if (offset > bytes_.size() || bytes_.size() - offset < sizeof(T)) return false;
    std::memcpy(&value, bytes_.data() + offset, sizeof(T));
    return true;
  }

  // Up to the zero byte, or empty.
  std::string text(std::uint64_t offset) const {
    if (offset >= bytes_.size()) return {};
    const auto* begin = reinterpret_cast<const char*>(bytes_.data() + offset);
    return std::string(begin, ::strnlen(begin, bytes_.size() - offset));
  }

 private:
  std::span<const std::uint8_t> bytes_;
};

// The dynamic section of a 64-bit file.
class DynamicReader {
 public:
  DynamicReader(const MappedFile& file, const Elf64_Ehdr& header) : file_(file) {
    for (std::uint64_t i = 0; i != header.e_phnum; ++i) {
      Elf64_Phdr segment{};
      if (file_.read(header.e_phoff + i * header.e_phentsize, segment)) segments_.push_back(segment);
    }
  }

  std::string interpreter() const {
    for (const Elf64_Phdr& segment : segments_) {
      if (segment.p_type == PT_INTERP) return file_.text(segment.p_offset);
    }
    return {};
  }

  std::vector<std::string> needed() const {
    std::vector<std::string> names;
    const std::uint64_t strings = file_offset(value_of(DT_STRTAB));
    for (const Elf64_Dyn& entry : entries()) {
      if (entry.d_tag == DT_NEEDED) names.push_back(file_.text(strings + entry.d_un.d_val));
    }
    return names;
  }

  std::vector<std::string> present(const std::vector<std::string>& wanted) const {
    std::vector<std::string> found;
    const std::uint64_t strings_address = value_of(DT_STRTAB);
    const std::uint64_t symbols_address = value_of(DT_SYMTAB);
    // Every linker puts the strings right after the symbols; there is no other cheap way to count them.
    if (symbols_address == 0 || strings_address <= symbols_address) return found;
    const std::uint64_t count = (strings_address - symbols_address) / sizeof(Elf64_Sym);
    const std::uint64_t symbols = file_offset(symbols_address);
    const std::uint64_t strings = file_offset(strings_address);
    for (std::uint64_t i = 0; i < count; ++i) {
      Elf64_Sym symbol{};
      if (!file_.read(symbols + i * sizeof symbol, symbol)) break;
      const std::string name = file_.text(strings + symbol.st_name);
      if (std::find(wanted.begin(), wanted.end(), name) != wanted.end()) found.push_back(name);
    }
    return found;
  }

 private:
  std::vector<Elf64_Dyn> entries() const {
    std::vector<Elf64_Dyn> all;
    for (const Elf64_Phdr& segment : segments_) {
      if (segment.p_type != PT_DYNAMIC) continue;
      Elf64_Dyn entry{};
      for (std::uint64_t at = 0; at < segment.p_filesz && file_.read(segment.p_offset + at, entry);
           at += sizeof entry) {
        if (entry.d_tag == DT_NULL) break;
        all.push_back(entry);
      }
    }
    return all;
  }

  std::uint64_t value_of(std::int64_t tag) const {
    for (const Elf64_Dyn& entry : entries()) {
      if (entry.d_tag == tag) return entry.d_un.d_val;
    }
    return 0;
  }

  std::uint64_t file_offset(std::uint64_t address) const {
    for (const Elf64_Phdr& segment : segments_) {
      if (segment.p_type == PT_LOAD && address >= segment.p_vaddr &&
          address - segment.p_vaddr < segment.p_filesz) {
        return address - segment.p_vaddr + segment.p_offset;
      }
    }
    return ~std::uint64_t{0};
  }

  const MappedFile& file_;
  std::vector<Elf64_Phdr> segments_;
};

}  // namespace

std::optional<ElfHeader> read_elf_header(const std::string& path, const std::vector<std::string>& symbols) {
  const MappedFile file(path);
  Elf64_Ehdr header{};
  if (!file.read(0, header) || std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) return std::nullopt;
  ElfHeader result;
  result.is_64_bit = header.e_ident[EI_CLASS] == ELFCLASS64;
  result.machine = header.e_machine;  // at the same place in 32-bit files
  if (!result.is_64_bit) return result;
  const DynamicReader dynamic(file, header);
  result.interpreter = dynamic.interpreter();
  result.needed = dynamic.needed();
  result.symbols_seen = dynamic.present(symbols);
  return result;
}

std::uint16_t own_machine() {
#if defined(__x86_64__)
  return EM_X86_64;
#elif defined(__aarch64__)
  return EM_AARCH64;
#else
#error "unknown machine"
#endif
}

}  // namespace leak::scan
