// Which nodes the roots lead to by plain pointers.
#pragma once

#include "scan/edge_table.h"
#include "scan/root_table.h"

namespace leak::hook {

// reached[node] becomes 1 or 0. Returns the number that is not reached; false in `ok`: no memory.
std::size_t mark_reached(const EdgeTable& table, const GrowingArray<trace::GraphRoot>& roots,
                         GrowingArray<std::uint8_t>& reached, bool& ok) noexcept;

}  // namespace leak::hook
