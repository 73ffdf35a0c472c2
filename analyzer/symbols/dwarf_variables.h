// The files in which a module's variables are defined, from its DWARF: the symbol table knows them of local
// ones only.
#pragma once

#include <elfutils/libdw.h>

#include <cstdint>
#include <string>
#include <unordered_map>

namespace leak::scan {

class DwarfVariables {
 public:
  // Reads the outermost scopes of all units. nullptr: knows nothing.
  explicit DwarfVariables(Dwarf* dwarf);

  // Of the variable that begins there; empty when unknown.
  std::string file_of(Dwarf_Addr address) const { return find(files_, address); }
  // Likewise, by its place among the module's thread-local variables.
  std::string file_of_thread_local(std::uint64_t place) const { return find(thread_local_files_, place); }

 private:
  using Files = std::unordered_map<std::uint64_t, const char*>;  // owned by the DWARF

  static std::string find(const Files& files, std::uint64_t place);
  // `lines`: the DIE of the unit that has the line table, and with it the names of the files.
  void add_scope(Dwarf_Die* scope, Dwarf_Die* lines, int depth);
  void add_variable(Dwarf_Die* variable, Dwarf_Die* lines);

  Files files_;
  Files thread_local_files_;
};

}  // namespace leak::scan
