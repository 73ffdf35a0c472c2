#include "symbols/dwarf_variables.h"

#include <dwarf.h>

#include "symbols/dwarf_names.h"

namespace leak::scan {

namespace {

// Deeper nesting than any program has: a damaged file.
constexpr int kDeepestNesting = 50;

// Variables with a place of their own stand in namespaces. Those of functions are local symbols, whose file
// the symbol table has; static members are defined where a member of the unit says so.
bool may_hold_variables(int tag) { return tag == DW_TAG_namespace || tag == DW_TAG_module; }

// Into the unit's table of addresses.
bool is_index(unsigned operation) {
  return operation == DW_OP_addrx || operation == DW_OP_constx || operation == DW_OP_GNU_addr_index ||
         operation == DW_OP_GNU_const_index;
}

// dwarf_decl_file() takes a unit without a line table for a broken promise, and file 0 for none.
const char* declared_in(Dwarf_Die* variable, Dwarf_Die* lines) {
  Dwarf_Attribute attribute;
  Dwarf_Word number = 0;
  Dwarf_Files* files = nullptr;
  std::size_t count = 0;
  if (dwarf_formudata(dwarf_attr_integrate(variable, DW_AT_decl_file, &attribute), &number) != 0 ||
      dwarf_getsrcfiles(lines, &files, &count) != 0 || number >= count) {
    return nullptr;
  }
  return dwarf_filesrc(files, number, nullptr, nullptr);
}

}  // namespace

DwarfVariables::DwarfVariables(Dwarf* dwarf) {
  Dwarf_CU* cu = nullptr;
  Dwarf_Half version = 0;
  std::uint8_t type = 0;
  Dwarf_Die die;
  Dwarf_Die split_die;
  while (dwarf != nullptr && dwarf_get_units(dwarf, cu, &cu, &version, &type, &die, &split_die) == 0) {
    if (type != DW_UT_compile && type != DW_UT_skeleton) continue;
    add_scope(split_die.addr != nullptr ? &split_die : &die, &die, 0);
  }
}

void DwarfVariables::add_scope(Dwarf_Die* scope, Dwarf_Die* lines, int depth) {
  Dwarf_Die child;
  if (depth > kDeepestNesting || dwarf_child(scope, &child) != 0) return;
  do {
    const int tag = dwarf_tag(&child);
    if (tag == DW_TAG_variable) add_variable(&child, lines);
    if (may_hold_variables(tag)) add_scope(&child, lines, depth + 1);
  } while (dwarf_siblingof(&child, &child) == 0);
}

void DwarfVariables::add_variable(Dwarf_Die* variable, Dwarf_Die* lines) {
  Dwarf_Attribute location;
  Dwarf_Op* steps = nullptr;
  std::size_t count = 0;
  // A declaration has no location.
  if (dwarf_attr(variable, DW_AT_location, &location) == nullptr ||
      dwarf_getlocation(&location, &steps, &count) != 0 || count == 0) {
    return;
  }
  Dwarf_Word place = steps[0].number;
  if (is_index(steps[0].atom)) {
    Dwarf_Attribute indirect;
    if (dwarf_getlocation_attr(&location, &steps[0], &indirect) != 0 ||
        (dwarf_formaddr(&indirect, &place) != 0 && dwarf_formudata(&indirect, &place) != 0)) {
      return;
    }
  } else if (steps[0].atom != DW_OP_addr && count == 1) {
    return;
  }
  const unsigned last = steps[count - 1].atom;
  const bool is_thread_local = last == DW_OP_GNU_push_tls_address || last == DW_OP_form_tls_address;
  if (count != (is_thread_local ? 2 : 1)) return;
  if (const char* file = declared_in(variable, lines)) {
    (is_thread_local ? thread_local_files_ : files_).try_emplace(place, file);
  }
}

std::string DwarfVariables::find(const Files& files, std::uint64_t place) {
  const auto found = files.find(place);
  return found == files.end() ? std::string() : tidy_path(found->second);
}

}  // namespace leak::scan
