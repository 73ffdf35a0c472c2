// Whose code a frame is. Allocations are made by the runtime on behalf of somebody: the first frame that is
// not the C or C++ runtime's is the one a reader wants to see. Pure.
#pragma once

#include <string_view>

#include "report/report_model.h"

namespace leak::scan {

// The C and C++ libraries, the loader, our own hook, allocation functions and their usual wrappers, the
// containers and smart pointers of the standard libraries (inlined or not), Rust's alloc and core.
bool is_system_frame(const ReportFrame& frame);

// Neither the runtime's nor unknown. Requires: frame.system is set.
inline bool is_to_blame(const ReportFrame& frame) { return !frame.system && !frame.module.empty(); }

// True without a symbol: the frame has the name of its module, and an address.
bool is_nameless(const ReportFrame& frame);

// The function of a frame without line information, which is named by the place in it: "zmalloc+0x12" ->
// "zmalloc", "libz.so.1+0x1200+0x34" -> "libz.so.1+0x1200". Others are as they are.
std::string_view function_without_offset(const ReportFrame& frame);

bool is_hook_module(std::string_view module_path);

// "void std::vector<int>::push_back(int)" -> "std::vector<int>::push_back": no return type, no parameters.
std::string_view qualified_name(std::string_view function);

}  // namespace leak::scan
