// A directed graph as bare as it gets, for the algorithms that need no more.
#pragma once

#include <cstdint>
#include <vector>

namespace leak::scan {

// Successors of each vertex: those of v are to[first[v]] ... to[first[v + 1] - 1].
struct Digraph {
  std::vector<std::uint32_t> first;
  std::vector<std::uint32_t> to;

  std::uint32_t size() const { return static_cast<std::uint32_t>(first.size() - 1); }
};

}  // namespace leak::scan
