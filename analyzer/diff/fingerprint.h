// One name for one place in the source that survives a rebuild. The stack is reduced to what its author
// wrote:
//   - frames of the C and C++ runtime are dropped; where nothing else is left they stay;
//   - the first frame is the one to blame, the rest are its callers;
//   - a frame is "function@module": no address, no line, no parameters, no template arguments, no compiler
//     suffix (.isra.0, .constprop.1, [clone], [abi:...]), lambdas without number; of the module the file name
//     without version; a frame without a symbol is "?@module";
//   - recursion is told once.
// The id is the 64-bit FNV-1a hash of the frames, one per line. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "report/report_model.h"

namespace leak::scan {

struct Fingerprint {
  std::string id;                   // 16 hexadecimal digits
  std::vector<std::string> frames;  // the blamed one first
};

// "void shop::Cart<int>::add(Item) [clone .isra.0]" -> "shop::Cart<>::add"
std::string stable_function(std::string_view function);

// "/usr/lib/libfoo.so.1.2" -> "libfoo.so"
std::string stable_module(std::string_view path);

Fingerprint fingerprint_of(std::vector<std::string> frames);

// `renamed`: a module that is to be taken for another (the program itself, under a new name).
Fingerprint fingerprint_of(const std::vector<FrameId>& stack, const std::vector<ReportFrame>& frames,
                           const std::pair<std::string, std::string>& renamed = {});

// Inlining without debug information and tail calls take frames out of a stack but change none: true when
// both blame the same function and the one's frames are those of the other with some left out.
bool is_same_place(const std::vector<std::string>& a, const std::vector<std::string>& b);

}  // namespace leak::scan
