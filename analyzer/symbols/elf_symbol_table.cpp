#include "symbols/elf_symbol_table.h"

#include <algorithm>
#include <cstring>
#include <tuple>

namespace leak::scan {

namespace {

// Sizeless assembly labels reach to the next symbol, but not further than this.
constexpr std::uint64_t kLongestLabelBytes = 64U << 10;

bool names_code(const GElf_Sym& symbol, const char* name) {
  if (symbol.st_shndx == SHN_UNDEF || name == nullptr || *name == '\0' || *name == '$') return false;
  const auto type = GELF_ST_TYPE(symbol.st_info);
  return type == STT_FUNC || type == STT_GNU_IFUNC || type == STT_NOTYPE;
}

// Of several names for one address the smallest rank wins: malloc before __libc_malloc before a local label.
int rank_of(const GElf_Sym& symbol, const char* name) {
  int rank = 0;
  if (GELF_ST_TYPE(symbol.st_info) == STT_NOTYPE) rank += 8;
  if (GELF_ST_BIND(symbol.st_info) == STB_LOCAL) rank += 4;
  if (name[0] == '_' && name[1] != 'Z') rank += 2;
  if (GELF_ST_BIND(symbol.st_info) == STB_WEAK) rank += 1;
  return rank;
}

}  // namespace

ElfSymbolTable::ElfSymbolTable(Dwfl_Module* module) {
  const int count = dwfl_module_getsymtab(module);
  for (int i = 1; i < count; ++i) {
    GElf_Sym symbol{};
    GElf_Addr address = 0;
    const char* name = dwfl_module_getsym_info(module, i, &symbol, &address, nullptr, nullptr, nullptr);
    if (!names_code(symbol, name)) continue;
    symbols_.push_back({address, address + symbol.st_size, 0, name, rank_of(symbol, name)});
  }
  sort_and_close_gaps();
}

void ElfSymbolTable::sort_and_close_gaps() {
  std::sort(symbols_.begin(), symbols_.end(), [](const Symbol& a, const Symbol& b) {
    if (a.start != b.start) return a.start < b.start;
    if (a.rank != b.rank) return a.rank < b.rank;
    const std::size_t a_length = std::strlen(a.name);
    const std::size_t b_length = std::strlen(b.name);
    return std::tie(a_length, a.end) < std::tie(b_length, b.end);
  });
  std::uint64_t next_start = ~std::uint64_t{0};
  for (std::size_t i = symbols_.size(); i-- != 0;) {
    Symbol& symbol = symbols_[i];
    if (symbol.end == symbol.start) {
      symbol.end = std::min(next_start, symbol.start + kLongestLabelBytes);
    }
    if (i != 0 && symbols_[i - 1].start != symbol.start) next_start = symbol.start;
  }
  // The best name of each address alone, covering the longest of its extents.
  std::vector<Symbol> unique;
  unique.reserve(symbols_.size());
  std::uint64_t furthest_end = 0;
  for (const Symbol& symbol : symbols_) {
    furthest_end = std::max(furthest_end, symbol.end);
    if (!unique.empty() && unique.back().start == symbol.start) {
      unique.back().end = std::max(unique.back().end, symbol.end);
      unique.back().furthest_end = furthest_end;
    } else {
      unique.push_back(symbol);
      unique.back().furthest_end = furthest_end;
    }
  }
  symbols_ = std::move(unique);
}

std::optional<ElfSymbolTable::Hit> ElfSymbolTable::find(std::uint64_t address) const {
  auto after =
      std::upper_bound(symbols_.begin(), symbols_.end(), address,
                       [](std::uint64_t value, const Symbol& symbol) { return value < symbol.start; });
  while (after != symbols_.begin()) {
    const Symbol& candidate = *--after;
    if (address < candidate.end) return Hit{candidate.name, address - candidate.start};
    if (address >= candidate.furthest_end) break;
  }
  return std::nullopt;
}

}  // namespace leak::scan
