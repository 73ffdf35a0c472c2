#include "scan/mapping_roots.h"

#include <span>

#include "scan/thread_roots.h"

namespace leak::hook {

namespace {

using trace::RootKind;

// glibc's arenas of threads lie at multiples of this, grow upwards, and keep the rest of it inaccessible.
constexpr std::uintptr_t kArenaAlignment = std::uintptr_t{64} << 20;

bool is_thread_arena(const MemoryMap& map, const Mapping& mapping) noexcept {
  if (mapping.begin % kArenaAlignment != 0) return false;
  const Mapping* const rest = &mapping + 1;
  return rest != map.end() && rest->begin == mapping.end && !rest->readable &&
         rest->kind == MappingKind::kAnonymous && rest->end % kArenaAlignment == 0;
}

bool holds_block(const NodeIndex& index, const Mapping& mapping) noexcept {
  const NodeId found = index.first_block_beyond(mapping.begin);
  return found != index.block_count() && index[found].begin < mapping.end;
}

}  // namespace

void add_module_roots(const MemoryMap& map, const GrowingArray<Module>& modules, RootTable& roots) noexcept {
  RangeSet free_lists;
  for (const Module& module : modules) free_lists.add(find_main_arena(map, module));
  free_lists.sort();
  for (std::uint32_t number = 0; number != modules.size(); ++number) {
    const Module& module = modules[number];
    for (const AddressRange& data : std::span(module.data, module.data_count)) {
      free_lists.for_each_outside(
          data, [&](AddressRange part) { roots.add_memory(RootKind::kData, number, part); });
    }
  }
}

void add_untraced_roots(const MemoryMap& map, const GrowingArray<Module>& modules, const NodeIndex& index,
                        RootTable& roots) noexcept {
  RangeSet known;
  for (const Module& module : modules) known.add({module.begin, module.end});
  for (std::size_t i = index.block_count(); i != index.size(); ++i) {
    known.add({index[static_cast<NodeId>(i)].begin,
               index[static_cast<NodeId>(i)].begin + index[static_cast<NodeId>(i)].bytes});
  }
  // The main thread's variables lie in memory that the loader mapped.
  for (const RootRange& searched : roots.ranges()) known.add(searched.memory);
  const auto is_candidate = [&](const Mapping& mapping) {
    return mapping.kind == MappingKind::kAnonymous && mapping.readable && mapping.writable &&
           !mapping.shared && !holds_block(index, mapping) && !is_thread_arena(map, mapping);
  };
  for (const Mapping& mapping : std::span(map.begin(), map.end())) {
    if (is_candidate(mapping)) known.add(find_thread_stack(map, mapping));
  }
  known.sort();
  for (const Mapping& mapping : std::span(map.begin(), map.end())) {
    if (!is_candidate(mapping)) continue;
    known.for_each_outside(mapping.range(),
                           [&](AddressRange part) { roots.add_memory(RootKind::kUntracedMapping, 0, part); });
  }
}

}  // namespace leak::hook
