#include "graph/runtime_blocks.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <unordered_map>

#include "base/text.h"

namespace leak::scan {

namespace {

bool is_loader(std::string_view module) {
  return starts_with_any(module, std::array<std::string_view, 2>{"ld-linux", "ld-2."});
}

bool is_libc(std::string_view module) {
  return starts_with_any(module, std::array<std::string_view, 2>{"libc.so", "libc-2."});
}

bool is_library_of_language(std::string_view module) {
  return is_libc(module) ||
         starts_with_any(module, std::array<std::string_view, 6>{"libstdc++.so", "libc++.so", "libc++abi.so",
                                                                 "libgcc_s.so", "libpthread", "libleakhook"});
}

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// Allocated inside of libc for its own use, whoever called.
bool is_bookkeeping(std::string_view function) {
  return contains(function, "_IO_file_doallocate") || contains(function, "_IO_wfile_doallocate") ||
         contains(function, "_dl_allocate_tls") || contains(function, "allocate_dtv") ||
         contains(function, "__libc_setlocale") || contains(function, "__gconv_");
}

// The pool that libstdc++ keeps for throwing when there is no memory, where it is linked statically.
bool is_emergency_pool(std::string_view function) {
  return contains(function, "eh_alloc.cc") || contains(function, "(anonymous namespace)::pool::pool");
}

}  // namespace

bool is_runtime_stack(StackId stack, StackNames& names) {
  const std::vector<PcId> frames = names.frames(stack);
  if (frames.empty()) return false;
  if (is_loader(names.module_name(frames.front()))) return true;
  // Initialisation: nothing but the language's libraries up to the loader that runs it.
  const auto outer = std::find_if(frames.begin(), frames.end(), [&names](PcId pc) {
    return !is_library_of_language(names.module_name(pc));
  });
  if (outer != frames.end() && outer != frames.begin() && is_loader(names.module_name(*outer))) return true;
  const bool in_libc = is_libc(names.module_name(frames.front()));
  for (const std::string& function : names.functions(frames.front())) {
    if ((in_libc && is_bookkeeping(function)) || is_emergency_pool(function)) return true;
  }
  return false;
}

void mark_runtime_blocks(HeapGraph& graph, StackNames& names) {
  std::unordered_map<StackId, bool> known;
  for (HeapNode& node : graph.nodes) {
    if (!node.is_known) {
      node.is_runtime = true;
      continue;
    }
    const auto [answer, is_new] = known.try_emplace(node.stack, false);
    if (is_new) answer->second = is_runtime_stack(node.stack, names);
    node.is_runtime = answer->second;
  }
}

}  // namespace leak::scan
