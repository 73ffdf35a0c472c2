#include "scan/mark.h"

namespace leak::hook {

std::size_t mark_reached(const EdgeTable& table, const GrowingArray<trace::GraphRoot>& roots,
                         GrowingArray<std::uint8_t>& reached, bool& ok) noexcept {
  const std::size_t count = table.first_word.size();
  GrowingArray<NodeId> queue;
  ok = reached.resize(count) && queue.reserve(count);
  if (!ok) return 0;
  NodeId* end = queue.data();
  const auto reach = [&](NodeId node) {
    if (reached[node] != 0) return;
    reached[node] = 1;
    *end++ = node;
    __builtin_prefetch(&table.first[node]);
  };
  for (const trace::GraphRoot& root : roots) reach(root.to);
  // Nodes wait in the queue for a while: what they need is on its way.
  constexpr std::ptrdiff_t kAhead = 8;
  for (const NodeId* at = queue.data(); at != end; ++at) {
    if (end - at > kAhead) __builtin_prefetch(&table.edges[table.first[at[kAhead]]]);
    const std::uint32_t stop = table.first[*at + 1];
    for (std::uint32_t edge = table.first[*at]; edge != stop; ++edge) reach(table.edges[edge].to());
  }
  return count - static_cast<std::size_t>(end - queue.data());
}

}  // namespace leak::hook
