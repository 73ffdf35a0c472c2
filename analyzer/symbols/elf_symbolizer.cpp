#include "symbols/elf_symbolizer.h"

#include <charconv>
#include <optional>
#include <utility>

#include "base/text.h"
#include "symbols/demangle.h"
#include "symbols/dwarf_index.h"
#include "symbols/dwarf_variables.h"
#include "symbols/elf_data_table.h"
#include "symbols/elf_symbol_table.h"
#include "symbols/function_bounds.h"

namespace leak::scan {

namespace {

// "[vdso]", "linux-vdso.so.1": code of the kernel, in no file.
bool is_in_a_file(const std::string& path) {
  return !path.empty() && path.front() != '[' && !path.starts_with("linux-vdso") &&
         !path.starts_with("linux-gate") && !path.starts_with("anon_inode:") && !path.starts_with("/memfd:");
}

DataSymbol symbol_of(const ElfDataTable::Hit& hit) {
  return {demangle(hit.name), hit.name, hit.file == nullptr ? "" : hit.file, hit.offset, hit.size};
}

}  // namespace

struct ElfSymbolizer::OpenModule {
  std::unique_ptr<ModuleBinary> binary;
  std::optional<ElfSymbolTable> symbols;
  std::optional<FunctionBounds> bounds;
  std::optional<ElfDataTable> data;         // made when first asked for
  std::optional<DwarfVariables> variables;  // likewise
  std::unique_ptr<DwarfIndex> dwarf;
  Dwarf_Addr dwarf_bias = 0;

  const DwarfVariables& variables_of_dwarf() {
    if (!variables) variables.emplace(dwarf != nullptr ? dwarf->dwarf() : nullptr);
    return *variables;
  }
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
  entry->bounds.emplace(entry->binary->module());
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
  std::string name(base_name(module->path));
  std::uint64_t offset = pc.address - module->load_bias;
  const std::optional<std::uint64_t> start = opened.bounds ? opened.bounds->start_of(address) : std::nullopt;
  if (start) {
    name.append(1, '+').append(hex_text(*start));
    offset -= *start;
  }
  name.append(1, '+').append(hex_text(offset));
  return {{std::move(name), {}, 0, false}};
}

// nullptr: the module's file cannot be used.
ElfSymbolizer::OpenModule* ElfSymbolizer::open_with_data(const Module& module) {
  OpenModule& opened = open(module);
  if (opened.binary == nullptr || !opened.binary->usable()) return nullptr;
  if (!opened.data) opened.data.emplace(opened.binary->module());
  return &opened;
}

std::optional<DataSymbol> ElfSymbolizer::data_at(std::uint64_t address, const Module& module) {
  OpenModule* const opened = open_with_data(module);
  if (opened == nullptr) return std::nullopt;
  const std::optional<ElfDataTable::Hit> hit = opened->data->find(address - module.load_bias);
  if (!hit) return std::nullopt;
  DataSymbol symbol = symbol_of(*hit);
  const Dwarf_Addr start = address - module.load_bias - hit->offset - opened->dwarf_bias;
  if (symbol.file.empty()) symbol.file = opened->variables_of_dwarf().file_of(start);
  return symbol;
}

std::optional<DataSymbol> ElfSymbolizer::thread_local_at(std::uint64_t distance, const Module& program) {
  OpenModule* const opened = open_with_data(program);
  if (opened == nullptr || distance > opened->data->thread_local_bytes()) return std::nullopt;
  const std::uint64_t place = opened->data->thread_local_bytes() - distance;
  const std::optional<ElfDataTable::Hit> hit = opened->data->find_thread_local(place);
  if (!hit) return std::nullopt;
  DataSymbol symbol = symbol_of(*hit);
  if (symbol.file.empty()) {
    symbol.file = opened->variables_of_dwarf().file_of_thread_local(place - hit->offset);
  }
  return symbol;
}

}  // namespace leak::scan
