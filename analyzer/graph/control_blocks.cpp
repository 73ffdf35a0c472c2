#include "graph/control_blocks.h"

#include <array>
#include <cstring>

namespace leak::scan {

namespace {

// More would be no count but something else.
constexpr std::uint64_t kMostOwners = std::uint64_t{1} << 30;

struct KnownClass {
  std::string_view part;  // of the mangled name
  CountLayout layout;
  bool holds_object;
};

constexpr std::array<KnownClass, 9> kClasses = {{
    {"23_Sp_counted_ptr_inplaceI", CountLayout::kStd, true},
    {"15_Sp_counted_ptrI", CountLayout::kStd, false},
    {"19_Sp_counted_deleterI", CountLayout::kStd, false},
    {"16_Sp_counted_baseI", CountLayout::kStd, false},
    {"20__shared_ptr_emplaceI", CountLayout::kLibcxx, true},
    {"20__shared_ptr_pointerI", CountLayout::kLibcxx, false},
    {"17sp_counted_impl_pI", CountLayout::kStd, false},
    {"18sp_counted_impl_pdI", CountLayout::kStd, false},
    {"19sp_counted_impl_pdaI", CountLayout::kStd, false},
}};

const KnownClass* class_named(std::string_view mangled) {
  // The class itself is named at the front; a template parameter further behind may be one, too.
  const std::string_view front =
      mangled.substr(0, mangled.find('I') == std::string_view::npos ? mangled.size() : mangled.find('I') + 1);
  for (const KnownClass& known : kClasses) {
    if (front.ends_with(known.part)) return &known;
  }
  return nullptr;
}

template <class Integer>
std::uint64_t number_at(const HeapContent& content, std::size_t offset) {
  Integer value{};
  std::memcpy(&value, content.bytes + offset, sizeof value);
  return value;
}

std::optional<ControlBlock> counts_of(const HeapContent& content, const KnownClass& known) {
  ControlBlock block;
  block.layout = known.layout;
  block.holds_object = known.holds_object;
  if (known.layout == CountLayout::kStd) {
    if (content.size < 16) return std::nullopt;
    block.use = number_at<std::uint32_t>(content, 8);
    block.weak = number_at<std::uint32_t>(content, 12);
    if (block.weak < (block.use != 0 ? 1U : 0U)) return std::nullopt;
    block.weak_only = block.weak - (block.use != 0 ? 1 : 0);
  } else {
    if (content.size < 24) return std::nullopt;
    block.use = number_at<std::uint64_t>(content, 8) + 1;    // the last owner leaves -1 behind
    block.weak = number_at<std::uint64_t>(content, 16) + 1;  // so does the last of both kinds
    block.weak_only = block.weak - (block.use != 0 ? 1 : 0);
  }
  return block;
}

std::optional<ControlBlock> qt_counts(const HeapContent& content) {
  ControlBlock block;
  block.layout = CountLayout::kQt;
  block.weak = number_at<std::uint32_t>(content, 0);
  block.use = number_at<std::uint32_t>(content, 4);
  if (block.weak < block.use || block.weak == 0) return std::nullopt;
  block.weak_only = block.weak - block.use;  // every owner counts as a weak one, too
  return block;
}

std::optional<ControlBlock> rust_counts(const HeapContent& content) {
  ControlBlock block;
  block.layout = CountLayout::kRust;
  block.holds_object = true;
  block.use = number_at<std::uint64_t>(content, 0);
  block.weak = number_at<std::uint64_t>(content, 8);
  if (block.weak < (block.use != 0 ? 1U : 0U)) return std::nullopt;
  block.weak_only = block.weak - (block.use != 0 ? 1 : 0);
  return block;
}

}  // namespace

SharedPointerHint shared_pointer_hint(std::string_view function) {
  if (function.find("QtSharedPointer::") != std::string_view::npos ||
      function.find("QSharedPointer<") != std::string_view::npos) {
    return SharedPointerHint::kQt;
  }
  if (function.find("sync::Arc<") != std::string_view::npos ||
      function.find("rc::Rc<") != std::string_view::npos) {
    return SharedPointerHint::kRust;
  }
  return SharedPointerHint::kNone;
}

bool is_control_block_type(std::string_view mangled) { return class_named(mangled) != nullptr; }

std::optional<ControlBlock> control_block_of(const HeapGraph& graph, NodeId node, SharedPointerHint hint) {
  const HeapContent* content = graph.content_of(node);
  if (content == nullptr || content->size < 16) return std::nullopt;
  std::optional<ControlBlock> block;
  if (graph.nodes[node].type != 0) {
    const KnownClass* known = class_named(graph.types[graph.nodes[node].type - 1].name);
    if (known != nullptr) block = counts_of(*content, *known);
  } else if (hint == SharedPointerHint::kQt) {
    block = qt_counts(*content);
  } else if (hint == SharedPointerHint::kRust) {
    block = rust_counts(*content);
  }
  if (block && (block->use > kMostOwners || block->weak > kMostOwners)) return std::nullopt;
  return block;
}

}  // namespace leak::scan
