// What a function DIE is called: its linkage name demangled, or its name with the scopes around it; and what
// a file is.
#pragma once

#include <elfutils/libdw.h>

#include <string>

namespace leak::scan {

// `elf_symbol`: the linker's name for the same code, nullptr when unknown or when the DIE was inlined; it
// helps where the compiler left the linkage name out.
std::string function_name(Dwarf_Die* function, const char* elf_symbol);

// A path as DWARF has it, without detours; nullptr is empty.
std::string tidy_path(const char* path);

}  // namespace leak::scan
