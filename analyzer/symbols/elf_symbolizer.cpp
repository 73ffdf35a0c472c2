#include "symbols/elf_symbolizer.h"

#include <charconv>
#include <filesystem>
#include <optional>
#include <utility>

#include "symbols/demangle.h"
#include "symbols/dwarf_index.h"
#include "symbols/elf_symbol_table.h"

namespace leak::scan {

namespace {

std::string hex(std::uint64_t number) {
  std::string text(18, '\0');
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), number, 16);
  static_cast<void>(error);  // 16 digits always fit
  text.resize(static_cast<std::size_t>(end - text.data()));
  return "0x" + text;
}

// "[vdso]", "linux-vdso.so.1": code of the kernel, in no file.
bool is_in_a_file(const std::string& path) {
  return !path.empty() && path.front() != '[' && !path.starts_with("linux-vdso") &&
         !path.starts_with("linux-gate") && !path.starts_with("anon_inode:") && !path.starts_with("/memfd:");
}

std::string base_name(const std::string& path) { return std::filesystem::path(path).filename().string(); }

}  // namespace

struct ElfSymbolizer::OpenModule {
  std::unique_ptr<ModuleBinary> binary;
  std::optional<ElfSymbolTable> symbols;
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
  if (module == nullptr) return {{hex(pc.address), {}, 0, false}};
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
    return {{demangle(symbol->name) + "+" + hex(offset), {}, 0, false}};
  }
  return {{base_name(module->path) + "+" + hex(pc.address - module->load_bias), {}, 0, false}};
}

}  // namespace leak::scan
