#include "symbols/elf_data_table.h"

#include <algorithm>
#include <tuple>

namespace leak::scan {

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
    if (type != STT_OBJECT || symbol.st_shndx == SHN_UNDEF || symbol.st_size == 0) continue;
    variables_.push_back({address, symbol.st_size, name, is_local ? file : nullptr, is_local});
  }
  // Of several names for one place the public one is known best.
  std::stable_sort(variables_.begin(), variables_.end(), [](const Variable& a, const Variable& b) {
    return std::tuple(a.start, a.is_local) < std::tuple(b.start, b.is_local);
  });
  const auto same = [](const Variable& a, const Variable& b) { return a.start == b.start; };
  variables_.erase(std::unique(variables_.begin(), variables_.end(), same), variables_.end());
}

std::optional<ElfDataTable::Hit> ElfDataTable::find(std::uint64_t address) const {
  const auto after =
      std::upper_bound(variables_.begin(), variables_.end(), address,
                       [](std::uint64_t value, const Variable& variable) { return value < variable.start; });
  if (after == variables_.begin()) return std::nullopt;
  const Variable& variable = *std::prev(after);
  const std::uint64_t offset = address - variable.start;
  if (offset >= variable.size) return std::nullopt;
  return Hit{variable.name, variable.file, offset, variable.size};
}

}  // namespace leak::scan
