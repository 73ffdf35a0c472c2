// Linker names to what the programmer wrote: C++ (Itanium ABI) and Rust's legacy scheme, with the noise of
// default template arguments taken out. Pure.
#pragma once

#include <string>
#include <string_view>

namespace leak::scan {

// "_ZN3FooC1Ei" -> "Foo::Foo(int)". Names that are not mangled come back as they are.
std::string demangle(const std::string& linker_name);

// std::__cxx11::basic_string<char, ...> -> std::string, default allocators and comparators dropped.
std::string simplify_type_names(std::string name);

}  // namespace leak::scan
