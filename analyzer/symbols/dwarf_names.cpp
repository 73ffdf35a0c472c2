#include "symbols/dwarf_names.h"

#include <dwarf.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "symbols/demangle.h"

namespace leak::scan {

namespace {

const char* linkage_name(Dwarf_Die* function) {
  Dwarf_Attribute attribute;
  for (const unsigned name :
       {static_cast<unsigned>(DW_AT_linkage_name), static_cast<unsigned>(DW_AT_MIPS_linkage_name)}) {
    if (dwarf_attr_integrate(function, name, &attribute) != nullptr) return dwarf_formstring(&attribute);
  }
  return nullptr;
}

bool has_scoped_names(Dwarf_Die* function) {
  Dwarf_Die unit;
  if (dwarf_diecu(function, &unit, nullptr, nullptr) == nullptr) return false;
  switch (dwarf_srclang(&unit)) {
    case DW_LANG_C:
    case DW_LANG_C89:
    case DW_LANG_C99:
    case DW_LANG_C11:
    case DW_LANG_Mips_Assembler:
      return false;
    default:
      return true;
  }
}

// Where the function was declared: the end of the abstract_origin and specification links.
Dwarf_Die declaration_of(Dwarf_Die function) {
  constexpr int kMostLinks = 8;
  for (int i = 0; i != kMostLinks; ++i) {
    Dwarf_Attribute attribute;
    Dwarf_Die target;
    Dwarf_Attribute* link = dwarf_attr(&function, DW_AT_abstract_origin, &attribute);
    if (link == nullptr) link = dwarf_attr(&function, DW_AT_specification, &attribute);
    if (link == nullptr || dwarf_formref_die(link, &target) == nullptr) break;
    function = target;
  }
  return function;
}

std::string scope_prefix(Dwarf_Die* scope) {
  const char* name = dwarf_diename(scope);
  switch (dwarf_tag(scope)) {
    case DW_TAG_namespace:
      return std::string(name == nullptr ? "(anonymous namespace)" : name) + "::";
    case DW_TAG_module:
    case DW_TAG_class_type:
    case DW_TAG_structure_type:
    case DW_TAG_union_type:
    case DW_TAG_enumeration_type:
      return std::string(name == nullptr ? "(anonymous)" : name) + "::";
    case DW_TAG_subprogram:
      return std::string(name == nullptr ? "(anonymous)" : name) + "()::";
    default:
      return {};
  }
}

std::string scopes_around(Dwarf_Die function) {
  Dwarf_Die declaration = declaration_of(function);
  Dwarf_Die* scopes = nullptr;
  const int count = dwarf_getscopes_die(&declaration, &scopes);
  std::string prefix;
  for (int i = count - 1; i > 0; --i) prefix += scope_prefix(&scopes[i]);
  if (count > 0) std::free(scopes);
  return prefix;
}

}  // namespace

std::string function_name(Dwarf_Die* function, const char* elf_symbol) {
  // Rust's newer names ("_R...") are for its own demangler; DWARF has their parts.
  const char* linker_name = linkage_name(function);
  if (linker_name != nullptr && std::strncmp(linker_name, "_R", 2) != 0) return demangle(linker_name);
  const char* name = dwarf_diename(function);
  if (!has_scoped_names(function)) return name == nullptr ? std::string() : name;
  if (elf_symbol != nullptr && std::strncmp(elf_symbol, "_Z", 2) == 0) return demangle(elf_symbol);
  if (name == nullptr) return {};
  return simplify_type_names(scopes_around(*function) + name);
}

std::string tidy_path(const char* path) {
  return path == nullptr ? std::string() : std::filesystem::path(path).lexically_normal().string();
}

}  // namespace leak::scan
