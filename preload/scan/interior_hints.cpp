#include "scan/interior_hints.h"

#include <algorithm>

namespace leak::hook {

namespace {

using trace::InteriorHint;

struct TargetReader {
  const NodeIndex& index;
  const MemoryMap& map;
  TypeNames& types;
  const EdgeTable& table;

  bool read(NodeId node, std::uint64_t offset, std::uint64_t& word) const noexcept {
    const Node& target = index[node];
    if (offset % 8 != 0 || offset + 8 > target.bytes || !map.can_read(target.begin + offset, 8)) return false;
    word = *reinterpret_cast<const std::uint64_t*>(target.begin + offset);
    return true;
  }

  InteriorHint hint(NodeId node, std::uint64_t offset) const noexcept {
    std::uint64_t word = 0;
    const std::uint64_t first_word = table.first_word[node];
    if (types.type_of(first_word) != 0) {
      return read(node, offset, word) && types.is_vtable_of_base(word, offset) ? InteriorHint::kVtable
                                                                               : InteriorHint::kNone;
    }
    // length, capacity, reference count; the characters, and their zero.
    constexpr std::uint64_t kStringHeader = 24;
    if (offset != kStringHeader || !read(node, 8, word)) return InteriorHint::kNone;
    const std::uint64_t bytes = index[node].bytes;
    constexpr std::uint64_t kMostRounding = 24;  // of an allocator, from what was asked for
    const bool fits = word < bytes && kStringHeader + word + 1 <= bytes &&
                      bytes - (kStringHeader + word + 1) < kMostRounding && first_word <= word;
    return fits ? InteriorHint::kCowString : InteriorHint::kNone;
  }
};

}  // namespace

bool set_interior_hints(const NodeIndex& index, const MemoryMap& map, TypeNames& types, EdgeTable& table,
                        GrowingArray<trace::GraphRoot>& roots) noexcept {
  const auto is_interior = [](const trace::GraphRoot& root) { return root.to_offset != 0; };
  if (!table.has_interior_edges() && std::none_of(roots.begin(), roots.end(), is_interior)) return true;
  GrowingArray<std::uint8_t> start_is_held;
  if (!start_is_held.resize(index.size())) return false;
  for (const StoredEdge& edge : table.edges) {
    if (table.to_offset(edge) == 0) start_is_held[edge.to()] = 1;
  }
  for (const trace::GraphRoot& root : roots) {
    if (root.to_offset == 0) start_is_held[root.to] = 1;
  }
  const TargetReader reader{index, map, types, table};
  for (StoredEdge& edge : table.edges) {
    if (start_is_held[edge.to()] == 0) table.set_hint(edge, reader.hint(edge.to(), table.to_offset(edge)));
  }
  for (trace::GraphRoot& root : roots) {
    if (start_is_held[root.to] == 0) root.hint = reader.hint(root.to, root.to_offset);
  }
  return true;
}

}  // namespace leak::hook
