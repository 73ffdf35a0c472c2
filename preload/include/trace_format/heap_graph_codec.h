// Items of a heap graph as bytes: put_item and get_item side by side for each item of heap_graph.h, pure.
// Most values are small differences from the item before (GraphCodecState), so a plain edge takes 4 to 6
// bytes.
//
//   GraphThread   varint tid, stack_pointer, stack_end - stack_pointer, thread_pointer
//   GraphModule   varint begin, end - begin, path bytes; the path
//   GraphType     zigzag varint vtable - previous; varint name bytes; the name
//   GraphNode     zigzag varint address - end of the previous node; varint bytes; varint first word << 2 |
//   WordForm, for
//                 kFar followed by the 8 bytes themselves
//   GraphEdge     varint head: bit 0 to_offset follows, bit 1 from follows, bit 2 odd; above: from_offset,
//   less that of
//                 the edge before if it has the same `from`; in words of 8 bytes unless odd
//                 [zigzag varint from - previous]  [u8 form, if odd]  zigzag varint to - from
//                 [varint to_offset << 2 | hint]
//   GraphRoot     u8 kind | interior << 7; u8 form; varint context; zigzag varint where - previous; zigzag
//   varint to -
//                 previous; [varint to_offset << 2 | hint, if interior]
//   GraphContent  zigzag varint node - previous; u8 size; the bytes
//
// get_item reads only between `at` and `end`, moves `at` past the item, and returns false on bytes that no
// encoder wrote; the rest of the part is then lost. Texts point into the input.
#pragma once

#include <cstring>

#include "trace_format/heap_graph.h"
#include "trace_format/heap_graph_values.h"
#include "trace_format/varint.h"

namespace leak::trace {

// What both directions carry from item to item within a part.
struct GraphCodecState {
  std::uint64_t address = 0;
  std::uint64_t offset = 0;
  std::uint32_t from = 0;
  std::uint32_t to = 0;
};

// Most bytes of any one item.
inline constexpr std::size_t kGraphItemBytesBound = 64 + kGraphMaxText;

namespace graph_codec {

// A node's first word: small, the index of its type, near its own address, or anything.
enum class WordForm : std::uint8_t { kSmall = 0, kType = 1, kNear = 2, kFar = 3 };

inline constexpr std::uint64_t kEdgeInterior = 1;
inline constexpr std::uint64_t kEdgeNewSource = 2;
inline constexpr std::uint64_t kEdgeOdd = 4;
inline constexpr unsigned kEdgeFlagBits = 3;
inline constexpr std::uint8_t kRootInterior = 0x80;

}  // namespace graph_codec

inline std::uint8_t* put_item(std::uint8_t* out, GraphCodecState&, const GraphThread& thread) noexcept {
  out = put_varint(out, thread.tid);
  out = put_varint(out, thread.stack_pointer);
  out = put_varint(out, thread.stack_end - thread.stack_pointer);
  return put_varint(out, thread.thread_pointer);
}

inline bool get_item(const std::uint8_t*& at, const std::uint8_t* end, GraphCodecState&,
                     GraphThread& thread) noexcept {
  if (!graph_codec::get_u32(at, end, thread.tid)) return false;
  std::uint64_t length = 0;
  if (!get_varint(at, end, thread.stack_pointer) || !get_varint(at, end, length)) return false;
  thread.stack_end = thread.stack_pointer + length;
  return get_varint(at, end, thread.thread_pointer);
}

inline std::uint8_t* put_item(std::uint8_t* out, GraphCodecState&, const GraphModule& module) noexcept {
  out = put_varint(out, module.begin);
  out = put_varint(out, module.end - module.begin);
  return graph_codec::put_text(out, module.path);
}

inline bool get_item(const std::uint8_t*& at, const std::uint8_t* end, GraphCodecState&,
                     GraphModule& module) noexcept {
  std::uint64_t length = 0;
  if (!get_varint(at, end, module.begin) || !get_varint(at, end, length)) return false;
  module.end = module.begin + length;
  return graph_codec::get_text(at, end, module.path);
}

inline std::uint8_t* put_item(std::uint8_t* out, GraphCodecState& state, const GraphType& type) noexcept {
  out = graph_codec::put_difference(out, type.vtable, state.address);
  state.address = type.vtable;
  return graph_codec::put_text(out, type.name);
}

inline bool get_item(const std::uint8_t*& at, const std::uint8_t* end, GraphCodecState& state,
                     GraphType& type) noexcept {
  if (!graph_codec::get_difference(at, end, state.address, type.vtable)) return false;
  state.address = type.vtable;
  return graph_codec::get_text(at, end, type.name);
}

inline std::uint8_t* put_item(std::uint8_t* out, GraphCodecState& state, const GraphNode& node) noexcept {
  using graph_codec::WordForm;
  const auto put_word = [&out](std::uint64_t value, WordForm form) {
    out = put_varint_branchless(out, value << 2 | static_cast<std::uint64_t>(form));
  };
  out = graph_codec::put_difference(out, node.address, state.address);
  out = put_varint_branchless(out, node.bytes);
  state.address = node.address + node.bytes;
  const std::uint64_t near = zigzag(wrapping_difference(node.first_word, node.address));
  if (node.type != 0) {
    put_word(node.type, WordForm::kType);
  } else if (node.first_word < (std::uint64_t{1} << 33)) {
    put_word(node.first_word, WordForm::kSmall);
  } else if (near < (std::uint64_t{1} << 47)) {
    put_word(near, WordForm::kNear);
  } else {
    put_word(0, WordForm::kFar);
    std::memcpy(out, &node.first_word, sizeof(node.first_word));
    out += sizeof(node.first_word);
  }
  return out;
}

inline bool get_item(const std::uint8_t*& at, const std::uint8_t* end, GraphCodecState& state,
                     GraphNode& node) noexcept {
  using graph_codec::WordForm;
  std::uint64_t word = 0;
  if (!graph_codec::get_difference(at, end, state.address, node.address)) return false;
  if (!get_varint(at, end, node.bytes) || !get_varint(at, end, word)) return false;
  if (node.address + node.bytes < node.address) return false;
  state.address = node.address + node.bytes;
  node.type = 0;
  node.first_word = 0;
  switch (static_cast<WordForm>(word & 3)) {
    case WordForm::kSmall:
      node.first_word = word >> 2;
      return true;
    case WordForm::kType:
      if (word >> 2 > 0xffffffff) return false;
      node.type = static_cast<std::uint32_t>(word >> 2);
      return true;
    case WordForm::kNear:
      node.first_word = node.address + static_cast<std::uint64_t>(unzigzag(word >> 2));
      return true;
    case WordForm::kFar:
      if (static_cast<std::size_t>(end - at) < sizeof(node.first_word)) return false;
      std::memcpy(&node.first_word, at, sizeof(node.first_word));
      at += sizeof(node.first_word);
      return true;
  }
  return false;
}

inline std::uint8_t* put_item(std::uint8_t* out, GraphCodecState& state, const GraphEdge& edge) noexcept {
  using namespace graph_codec;
  const bool interior = edge.to_offset != 0;
  const bool odd = edge.form != PointerForm::kPlain;
  const bool new_source = edge.from != state.from || edge.from_offset < state.offset;
  const std::uint64_t distance = edge.from_offset - (new_source ? 0 : state.offset);
  const std::uint64_t flags =
      (interior ? kEdgeInterior : 0) | (new_source ? kEdgeNewSource : 0) | (odd ? kEdgeOdd : 0);
  out = put_varint_branchless(out, (odd ? distance : distance / 8) << kEdgeFlagBits | flags);
  if (new_source) out = put_difference(out, edge.from, state.from);
  if (odd) *out++ = static_cast<std::uint8_t>(edge.form);
  out = put_difference(out, edge.to, edge.from);
  if (interior) out = put_interior(out, edge.to_offset, edge.hint);
  state.from = edge.from;
  state.offset = edge.from_offset;
  return out;
}

inline bool get_item(const std::uint8_t*& at, const std::uint8_t* end, GraphCodecState& state,
                     GraphEdge& edge) noexcept {
  using namespace graph_codec;
  std::uint64_t head = 0;
  if (!get_varint(at, end, head)) return false;
  const bool odd = (head & kEdgeOdd) != 0;
  const bool new_source = (head & kEdgeNewSource) != 0;
  edge.from = state.from;
  if (new_source && !get_index(at, end, state.from, edge.from)) return false;
  const std::uint64_t distance = (head >> kEdgeFlagBits) * (odd ? 1 : 8);
  edge.from_offset = (new_source ? 0 : state.offset) + distance;
  edge.form = PointerForm::kPlain;
  if (odd && !get_form(at, end, edge.form)) return false;
  if (!get_index(at, end, edge.from, edge.to)) return false;
  edge.to_offset = 0;
  edge.hint = InteriorHint::kNone;
  if ((head & kEdgeInterior) != 0 && !get_interior(at, end, edge.to_offset, edge.hint)) return false;
  state.from = edge.from;
  state.offset = edge.from_offset;
  return true;
}

inline std::uint8_t* put_item(std::uint8_t* out, GraphCodecState& state, const GraphRoot& root) noexcept {
  using namespace graph_codec;
  const bool interior = root.to_offset != 0;
  *out++ = static_cast<std::uint8_t>(static_cast<unsigned>(root.kind) | (interior ? kRootInterior : 0U));
  *out++ = static_cast<std::uint8_t>(root.form);
  out = put_varint(out, root.context);
  out = put_difference(out, root.where, state.address);
  out = put_difference(out, root.to, state.to);
  if (interior) out = put_interior(out, root.to_offset, root.hint);
  state.address = root.where;
  state.to = root.to;
  return out;
}

inline bool get_item(const std::uint8_t*& at, const std::uint8_t* end, GraphCodecState& state,
                     GraphRoot& root) noexcept {
  using namespace graph_codec;
  std::uint8_t kind = 0;
  if (!get_byte(at, end, kind) || !get_form(at, end, root.form)) return false;
  root.kind =
      static_cast<RootKind>(kind & ~kRootInterior);  // a kind unknown to this reader is a root all the same
  if (!get_u32(at, end, root.context)) return false;
  if (!get_difference(at, end, state.address, root.where)) return false;
  if (!get_index(at, end, state.to, root.to)) return false;
  root.to_offset = 0;
  root.hint = InteriorHint::kNone;
  if ((kind & kRootInterior) != 0 && !get_interior(at, end, root.to_offset, root.hint)) return false;
  state.address = root.where;
  state.to = root.to;
  return true;
}

inline std::uint8_t* put_item(std::uint8_t* out, GraphCodecState& state,
                              const GraphContent& content) noexcept {
  out = graph_codec::put_difference(out, content.node, state.to);
  *out++ = content.size;
  std::memcpy(out, content.bytes, content.size);
  state.to = content.node;
  return out + content.size;
}

inline bool get_item(const std::uint8_t*& at, const std::uint8_t* end, GraphCodecState& state,
                     GraphContent& content) noexcept {
  if (!graph_codec::get_index(at, end, state.to, content.node)) return false;
  if (!graph_codec::get_byte(at, end, content.size) || content.size > kGraphContentBytes) return false;
  if (content.size > end - at) return false;
  std::memcpy(content.bytes, at, content.size);
  at += content.size;
  state.to = content.node;
  return true;
}

}  // namespace leak::trace
