#include "symbols/elf_symbolizer.h"

#include <charconv>
#include <optional>
#include <utility>

#include "base/text.h"
#include "symbols/demangle.h"
#include "symbols/dwarf_index.h"
#include "symbols/elf_data_table.h"
#include "symbols/elf_symbol_table.h"

namespace leak::scan {

namespace {

// "[vdso]", "linux-vdso.so.1": code of the kernel, in no file.
bool is_in_a_file(const std::string& path) {
  return !path.empty() && path.front() != '[' && !path.starts_with("linux-vdso") &&
         !path.starts_with("linux-gate") && !path.starts_with("anon_inode:") && !path.starts_with("/memfd:");
}

}  // namespace

struct ElfSymbolizer::OpenModule {
  std::unique_ptr<ModuleBinary> binary;
  std::optional<ElfSymbolTable> symbols;
  std::optional<ElfDataTable> data;  // made when first asked for
  std::unique_ptr<DwarfIndex> dwarf;
  Dwarf_Addr dwarf_bias = 0;
};

ElfSymbolizer::ElfSymbolizer(SymbolOptions options) : options_(std::move(options)) {}
ElfSymbolizer::~ElfSymbolizer() = default;

ElfSymbolizer::OpenModule& ElfSymbolizer::open(const Module& module) {
  const std::string key = module.path + '\0' + std::string(module.build_id.begin(), module.build_id.end());
  std::unique_ptr<OpenModule>& entry = modules_[key];
  if (entry != nullptr) return *entry;
  entry = std::make_unique<OpenModule>();
  if (!is_in_a_file(module.path)) return *entry;
  entry->binary = std::make_unique<ModuleBinary>(module, options_);
  if (!entry->binary->warning().empty()) warnings_.push_back(entry->binary->warning());
  if (!entry->binary->usable()) return *entry;
  Dwarf* dwarf = dwfl_module_getdwarf(entry->binary->module(), &entry->dwarf_bias);
  if (dwarf != nullptr) entry->dwarf = std::make_unique<DwarfIndex>(dwarf);
  entry->symbols.emplace(entry->binary->module());
  return *entry;
}

std::vector<SourceFrame> ElfSymbolizer::frames_at(const ProgramCounter& pc, const Module* module) {
  if (module == nullptr) return {{hex_text(pc.address), {}, 0, false}};
  OpenModule& opened = open(*module);
  // A return address may already belong to the next line, or to the next function after a call that never
  // returns.
  const std::uint64_t address = pc.address - (pc.exact ? 0 : 1) - module->load_bias;
  std::optional<ElfSymbolTable::Hit> symbol;
  if (opened.symbols) symbol = opened.symbols->find(address);
  if (opened.dwarf != nullptr) {
    std::vector<SourceFrame> frames =
        opened.dwarf->frames_at(address - opened.dwarf_bias, symbol ? symbol->name : nullptr);
    if (!frames.empty()) return frames;
  }
  if (symbol) {
    const std::uint64_t offset = symbol->offset + (pc.exact ? 0 : 1);
    return {{demangle(symbol->name) + "+" + hex_text(offset), {}, 0, false}};
  }
  return {
      {std::string(base_name(module->path)) + "+" + hex_text(pc.address - module->load_bias), {}, 0, false}};
}

std::optional<DataSymbol> ElfSymbolizer::data_at(std::uint64_t address, const Module& module) {
  OpenModule& opened = open(module);
  if (opened.binary == nullptr || !opened.binary->usable()) return std::nullopt;
  if (!opened.data) opened.data.emplace(opened.binary->module());
  const std::optional<ElfDataTable::Hit> hit = opened.data->find(address - module.load_bias);
  if (!hit) return std::nullopt;
  return DataSymbol{demangle(hit->name), hit->name, hit->file == nullptr ? "" : hit->file, hit->offset,
                    hit->size};
}

}  // namespace leak::scan
