#include "symbols/dwarf_index.h"

#include <dwarf.h>

#include <algorithm>
#include <utility>

#include "symbols/dwarf_names.h"

namespace leak::scan {

namespace {

// Deeper nesting than any compiler makes: a damaged file.
constexpr int kDeepestNesting = 200;

struct Position {
  std::string file;
  std::uint32_t line = 0;
};

Position line_at(Dwarf_Die* unit, Dwarf_Addr address) {
  Dwarf_Line* entry = dwarf_getsrc_die(unit, address);
  if (entry == nullptr) return {};
  int line = 0;
  dwarf_lineno(entry, &line);
  return {tidy_path(dwarf_linesrc(entry, nullptr, nullptr)), static_cast<std::uint32_t>(std::max(line, 0))};
}

Position call_site_of(Dwarf_Die* inlined, Dwarf_Die* unit) {
  Dwarf_Attribute attribute;
  Dwarf_Word file_number = 0;
  Dwarf_Word line = 0;
  Position position;
  if (dwarf_formudata(dwarf_attr(inlined, DW_AT_call_line, &attribute), &line) == 0) {
    position.line = static_cast<std::uint32_t>(line);
  }
  Dwarf_Files* files = nullptr;
  std::size_t count = 0;
  if (dwarf_formudata(dwarf_attr(inlined, DW_AT_call_file, &attribute), &file_number) == 0 &&
      dwarf_getsrcfiles(unit, &files, &count) == 0 && file_number < count) {
    position.file = tidy_path(dwarf_filesrc(files, file_number, nullptr, nullptr));
  }
  return position;
}

bool has_code_range(Dwarf_Die* die) {
  return dwarf_hasattr(die, DW_AT_low_pc) != 0 || dwarf_hasattr(die, DW_AT_ranges) != 0;
}

// The inlined calls inside `scope` that lead to `address`, outermost first.
void collect_inlined(Dwarf_Die* scope, Dwarf_Addr address, std::vector<Dwarf_Die>& chain, int depth) {
  Dwarf_Die child;
  if (depth > kDeepestNesting || dwarf_child(scope, &child) != 0) return;
  do {
    const int tag = dwarf_tag(&child);
    if (tag == DW_TAG_inlined_subroutine) {
      if (dwarf_haspc(&child, address) != 1) continue;
      chain.push_back(child);
      collect_inlined(&child, address, chain, depth + 1);
      return;
    }
    if (tag != DW_TAG_lexical_block) continue;
    if (has_code_range(&child) && dwarf_haspc(&child, address) != 1) continue;
    const std::size_t before = chain.size();
    collect_inlined(&child, address, chain, depth + 1);
    if (chain.size() != before) return;
  } while (dwarf_siblingof(&child, &child) == 0);
}

bool may_hold_functions(int tag) {
  switch (tag) {
    case DW_TAG_namespace:
    case DW_TAG_module:
    case DW_TAG_class_type:
    case DW_TAG_structure_type:
    case DW_TAG_union_type:
    case DW_TAG_subprogram:
    case DW_TAG_lexical_block:
      return true;
    default:
      return false;
  }
}

}  // namespace

void DwarfIndex::RangeMap::add(Dwarf_Addr low, Dwarf_Addr high, std::size_t target) {
  // Linkers leave discarded functions behind with a start of 0 or the end of the address space.
  if (low != 0 && low < high) ranges_.push_back({low, high, 0, target});
}

void DwarfIndex::RangeMap::add_all(Dwarf_Die* die, std::size_t target) {
  Dwarf_Addr base = 0;
  Dwarf_Addr low = 0;
  Dwarf_Addr high = 0;
  for (ptrdiff_t offset = 0; (offset = dwarf_ranges(die, offset, &base, &low, &high)) > 0;)
    add(low, high, target);
}

void DwarfIndex::RangeMap::sort() {
  std::sort(ranges_.begin(), ranges_.end(),
            [](const Range& a, const Range& b) { return a.low != b.low ? a.low < b.low : a.high > b.high; });
  Dwarf_Addr furthest = 0;
  for (Range& range : ranges_) range.furthest_high = furthest = std::max(furthest, range.high);
}

const DwarfIndex::Range* DwarfIndex::RangeMap::find(Dwarf_Addr address) const {
  auto after = std::upper_bound(ranges_.begin(), ranges_.end(), address,
                                [](Dwarf_Addr value, const Range& range) { return value < range.low; });
  while (after != ranges_.begin()) {
    const Range& candidate = *--after;
    if (address < candidate.high) return &candidate;
    if (address >= candidate.furthest_high) break;
  }
  return nullptr;
}

DwarfIndex::DwarfIndex(Dwarf* dwarf) : dwarf_(dwarf) {
  Dwarf_CU* cu = nullptr;
  Dwarf_Half version = 0;
  std::uint8_t type = 0;
  Dwarf_Die die;
  Dwarf_Die split_die;
  while (dwarf_get_units(dwarf, cu, &cu, &version, &type, &die, &split_die) == 0) {
    if (type != DW_UT_compile && type != DW_UT_skeleton) continue;
    unit_ranges_.add_all(&die, units_.size());
    Unit unit;
    unit.lines = die;
    unit.tree = split_die.addr != nullptr ? split_die : die;
    units_.push_back(std::move(unit));
  }
  unit_ranges_.sort();
}

void DwarfIndex::index_functions(Unit& unit) {
  if (unit.indexed) return;
  unit.indexed = true;
  add_functions(unit, &unit.tree, 0);
  unit.function_ranges.sort();
}

void DwarfIndex::add_functions(Unit& unit, Dwarf_Die* parent, int depth) {
  Dwarf_Die child;
  if (depth > kDeepestNesting || dwarf_child(parent, &child) != 0) return;
  do {
    const int tag = dwarf_tag(&child);
    if (tag == DW_TAG_subprogram && has_code_range(&child)) {
      unit.function_ranges.add_all(&child, unit.functions.size());
      unit.functions.push_back(child);
    }
    if (may_hold_functions(tag) && dwarf_haschildren(&child) != 0) add_functions(unit, &child, depth + 1);
  } while (dwarf_siblingof(&child, &child) == 0);
}

std::string DwarfIndex::cached_name(Dwarf_Die* function, const char* elf_symbol) {
  const auto [entry, is_new] = names_.try_emplace(function->addr);
  if (is_new) entry->second = function_name(function, elf_symbol);
  return entry->second;
}

std::vector<SourceFrame> DwarfIndex::frames_at(Dwarf_Addr address, const char* elf_symbol) {
  const Range* unit_range = unit_ranges_.find(address);
  if (unit_range == nullptr) return {};
  Unit& unit = units_[unit_range->target];
  index_functions(unit);

  Position position = line_at(&unit.lines, address);
  const Range* function_range = unit.function_ranges.find(address);
  if (function_range == nullptr) {  // assembly: lines, but no functions
    if (position.file.empty() || elf_symbol == nullptr) return {};
    return {{elf_symbol, position.file, position.line, false}};
  }
  Dwarf_Die* function = &unit.functions[function_range->target];
  std::vector<Dwarf_Die> inlined;
  collect_inlined(function, address, inlined, 0);

  std::vector<SourceFrame> frames;
  for (auto call = inlined.rbegin(); call != inlined.rend(); ++call) {
    frames.push_back({cached_name(&*call, nullptr), std::move(position.file), position.line, true});
    position = call_site_of(&*call, &unit.tree);
    if (position.file.empty()) position.file = call_site_of(&*call, &unit.lines).file;
  }
  frames.push_back({cached_name(function, elf_symbol), std::move(position.file), position.line, false});
  for (SourceFrame& frame : frames) {
    if (frame.function.empty()) frame.function = elf_symbol != nullptr ? elf_symbol : "(no name)";
  }
  return frames;
}

}  // namespace leak::scan
