// Address to source frames, inlined calls included, in the DWARF of one module. Units are indexed by their
// ranges once (.debug_aranges is optional and often absent); the functions of a unit only when an address in
// it is asked for. No lookup walks more than one function.
#pragma once

#include <elfutils/libdw.h>

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "symbols/symbolizer.h"

namespace leak::scan {

class DwarfIndex {
 public:
  // Requires: `dwarf` outlives this.
  explicit DwarfIndex(Dwarf* dwarf);

  Dwarf* dwarf() const { return dwarf_; }

  // Innermost first; empty when the DWARF says nothing about `address`. `elf_symbol` as in function_name().
  std::vector<SourceFrame> frames_at(Dwarf_Addr address, const char* elf_symbol);

 private:
  // Half-open address ranges, each naming `target`, searched for the innermost one around an address.
  struct Range {
    Dwarf_Addr low = 0;
    Dwarf_Addr high = 0;
    Dwarf_Addr furthest_high = 0;
    std::size_t target = 0;
  };
  class RangeMap {
   public:
    void add(Dwarf_Addr low, Dwarf_Addr high, std::size_t target);
    void add_all(Dwarf_Die* die, std::size_t target);
    void sort();
    const Range* find(Dwarf_Addr address) const;

   private:
    std::vector<Range> ranges_;
  };
  struct Unit {
    Dwarf_Die lines;  // has the line table
    Dwarf_Die tree;   // has the functions: the same, or its part in a .dwo file
    bool indexed = false;
    std::vector<Dwarf_Die> functions;
    RangeMap function_ranges;
  };

  void index_functions(Unit& unit);
  void add_functions(Unit& unit, Dwarf_Die* parent, int depth);
  std::string cached_name(Dwarf_Die* function, const char* elf_symbol);

  Dwarf* dwarf_;
  std::vector<Unit> units_;
  RangeMap unit_ranges_;
  std::unordered_map<const void*, std::string> names_;
};

}  // namespace leak::scan
