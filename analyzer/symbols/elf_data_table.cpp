#include "symbols/elf_data_table.h"

#include <algorithm>
#include <tuple>

#include "symbols/elf_segments.h"

namespace leak::scan {

namespace {

std::uint64_t thread_local_bytes_of(Dwfl_Module* module) {
  GElf_Addr bias = 0;
  const std::optional<GElf_Phdr> segment = segment_of_type(dwfl_module_getelf(module, &bias), PT_TLS);
  if (!segment) return 0;
  const std::uint64_t alignment = std::max<std::uint64_t>(segment->p_align, 1);
  return (segment->p_memsz + alignment - 1) / alignment * alignment;
}

}  // namespace

ElfDataTable::ElfDataTable(Dwfl_Module* module) {
  const int count = dwfl_module_getsymtab(module);
  const char* file = nullptr;  // of the local symbols that follow
  for (int i = 1; i < count; ++i) {
    GElf_Sym symbol{};
    GElf_Addr address = 0;
    const char* name = dwfl_module_getsym_info(module, i, &symbol, &address, nullptr, nullptr, nullptr);
    if (name == nullptr) continue;
    const auto type = GELF_ST_TYPE(symbol.st_info);
    const bool is_local = GELF_ST_BIND(symbol.st_info) == STB_LOCAL;
    if (type == STT_FILE) file = name;
    if (symbol.st_shndx == SHN_UNDEF || symbol.st_size == 0) continue;
    const char* const known_file = is_local ? file : nullptr;
    if (type == STT_OBJECT) variables_.push_back({address, symbol.st_size, name, known_file, is_local});
    if (type == STT_TLS) {
      thread_locals_.push_back({symbol.st_value, symbol.st_size, name, known_file, is_local});
    }
  }
  sort(variables_);
  sort(thread_locals_);
  thread_local_bytes_ = thread_local_bytes_of(module);
}

void ElfDataTable::sort(std::vector<Variable>& variables) {
  // Of several names for one place the public one is known best.
  std::stable_sort(variables.begin(), variables.end(), [](const Variable& a, const Variable& b) {
    return std::tuple(a.start, a.is_local) < std::tuple(b.start, b.is_local);
  });
  const auto same = [](const Variable& a, const Variable& b) { return a.start == b.start; };
  variables.erase(std::unique(variables.begin(), variables.end(), same), variables.end());
}

std::optional<ElfDataTable::Hit> ElfDataTable::find(const std::vector<Variable>& variables,
                                                    std::uint64_t address) {
  const auto after =
      std::upper_bound(variables.begin(), variables.end(), address,
                       [](std::uint64_t value, const Variable& variable) { return value < variable.start; });
  if (after == variables.begin()) return std::nullopt;
  const Variable& variable = *std::prev(after);
  const std::uint64_t offset = address - variable.start;
  if (offset >= variable.size) return std::nullopt;
  return Hit{variable.name, variable.file, offset, variable.size};
}

}  // namespace leak::scan
