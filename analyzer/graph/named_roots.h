// The roots of a graph by the names a reader knows: variables, threads, descriptors. Words of one variable
// are one root.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "graph/heap_graph.h"
#include "graph/root_set.h"
#include "replay/heap_history.h"
#include "symbols/symbolizer.h"

namespace leak::scan {

struct NamedRoot {
  std::string kind;    // global | stack | registers | tls | kernel | mapping | registered | runtime
  std::string name;    // "g_cache", "stack of thread 7 (worker)"
  std::string file;    // of the variable; empty when unknown
  std::string module;  // without its folder; empty when it is no variable
};

struct NamedRoots {
  std::vector<NamedRoot> names;
  std::vector<std::uint32_t> of;  // index: HeapGraph::roots; index into names, or kNotCounted

  static constexpr std::uint32_t kNotCounted = 0xffffffff;
};

// Of the roots in the set.
NamedRoots name_roots(const HeapGraph& graph, const RootSet& roots, const HeapHistory& history,
                      Symbolizer& symbolizer);

// "g_cache in server.cpp (libapp.so)".
std::string text_of(const NamedRoot& root);

}  // namespace leak::scan
