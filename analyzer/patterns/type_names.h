// Names of C++ templates taken apart and written as one reads them. Pure; any text is allowed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace leak::scan {

// "std::map<int, A<B> >::find" is the head "std::map", two arguments, and the rest "::find". Without
// arguments everything is the head.
struct TemplateName {
  std::string_view head;
  std::vector<std::string_view> arguments;
  std::string_view rest;
};
TemplateName take_apart(std::string_view name);

// "std::vector<std::__cxx11::basic_string<char, ...>, std::allocator<...> >" -> "std::vector<std::string>":
// arguments that are always the same are left out, inline namespaces too.
std::string plain_type(std::string_view type);

}  // namespace leak::scan
