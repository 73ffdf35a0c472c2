#include "record/unwind/rule_cache.h"

#include <atomic>
#include <cstring>

#include "record/pc_table.h"
#include "record/unwind/cfi_compiler.h"
#include "sys/pages.h"
#include "trace_format/record.h"

namespace leak::hook::unwind {

namespace {

// The process-wide table. Written once per rule and generation, read by every thread's misses; nobody waits.
//
// A writer claims an entry by exchanging its key for kBusy, and publishes it by storing the key. A reader takes
// the fields between two equal looks at the key. That is enough because an entry is reused only for a later
// generation: if the same key came back meanwhile, it came with a generation that the reader rejects. A writer that dies
// (fork) costs one entry.
struct SharedRule {
  std::atomic<std::uint64_t> key;
  std::atomic<std::uint64_t> data;
  std::atomic<std::uint32_t> generation;
  std::uint32_t unused[3];
};
static_assert(sizeof(SharedRule) == 32);

constexpr unsigned kSharedSetBits = 14;
constexpr unsigned kSharedWays = 4;  // 64 Ki rules in all; touched on demand
constexpr std::uint64_t kBusy = ~std::uint64_t{0};

struct SharedTable {
  SharedRule sets[1U << kSharedSetBits][kSharedWays];
};
constinit std::atomic<SharedTable*> g_table{nullptr};

SharedTable* shared_table() noexcept {
  SharedTable* table = g_table.load(std::memory_order_acquire);  // pairs with the exchange below
  if (table != nullptr) [[likely]] return table;
  auto* const fresh = static_cast<SharedTable*>(sys::map_pages(sizeof(SharedTable)));
  if (fresh == nullptr) return nullptr;
  if (g_table.compare_exchange_strong(table, fresh, std::memory_order_acq_rel)) return fresh;
  sys::unmap_pages(fresh, sizeof(SharedTable));
  return table;
}

// Other bits than the per-thread cache: sets that are full there should be spread here.
unsigned shared_set_of(Position position) noexcept {
  return static_cast<unsigned>(position * 0xc2b2ae3d27d4eb4fULL >> (64 - kSharedSetBits));
}

bool find_shared(const SharedTable& table, Position position, std::uint32_t generation,
                 PackedRule& out) noexcept {
  for (const SharedRule& entry : table.sets[shared_set_of(position)]) {
    const std::uint64_t key = entry.key.load(std::memory_order_acquire);  // pairs with publishing
    if (!PackedRule{key, 0}.is_for(position)) continue;
    // acquire: if these are of a later writer, the second look sees at least its claim.
    const std::uint64_t data = entry.data.load(std::memory_order_acquire);
    const std::uint32_t made_under = entry.generation.load(std::memory_order_acquire);
    if (entry.key.load(std::memory_order_relaxed) != key || made_under != generation) continue;
    out = {key, data};
    return true;
  }
  return false;
}

void insert_shared(SharedTable& table, const PackedRule& rule, Position position,
                   std::uint32_t generation) noexcept {
  for (SharedRule& entry : table.sets[shared_set_of(position)]) {
    std::uint64_t key = entry.key.load(std::memory_order_acquire);
    if (key == kBusy) continue;
    if (key != 0) {
      const std::uint32_t made_under = entry.generation.load(std::memory_order_acquire);
      if (made_under == generation && PackedRule{key, 0}.is_for(position)) return;  // another thread was faster
      if (made_under >= generation) continue;
    }
    if (!entry.key.compare_exchange_strong(key, kBusy, std::memory_order_acq_rel)) continue;
    // Ours now. Meanwhile it may have been renewed for the same position under a later generation than ours.
    if (key != 0 && entry.generation.load(std::memory_order_relaxed) >= generation) {
      entry.key.store(key, std::memory_order_release);
      continue;
    }
    entry.data.store(rule.data, std::memory_order_release);
    entry.generation.store(generation, std::memory_order_release);
    entry.key.store(rule.key, std::memory_order_release);
    return;
  }
  // Full: the thread's own cache has the rule, others compile it again.
}

PackedRule make_rule(Position position) noexcept {
  const Rule rule = compile_rule(position);
  std::uint16_t flags = is_exact(position) ? trace::kPcExact : 0;
  if (rule.cfa == Cfa::kGuess || rule.cfa == Cfa::kUnknown) flags |= trace::kPcGuessed;
  return pack(position, rule, pc_id(pc_of(position), flags));
}

}  // namespace

PackedRule RuleCache::load(Position position, std::uint32_t generation) noexcept {
  SharedTable* const table = shared_table();
  PackedRule rule;
  if (table == nullptr || !find_shared(*table, position, generation, rule)) {
    rule = make_rule(position);
    // A replaced module was noticed, or just unloaded: the rule may be of either time. The capture starts over.
    if (code_generation() != generation) return rule;
    if (table != nullptr) insert_shared(*table, rule, position, generation);
  }
  if (++loads_ == kManyLoads) more_sets_ = (1U << kSetBits) - kFirstSets;
  PackedRule* const set = sets_[set_of(position)];
  std::memmove(set + 1, set, (kWays - 1) * sizeof(PackedRule));
  set[0] = rule;
  return rule;
}

void RuleCache::clear() noexcept {
  std::memset(sets_, 0, more_sets_ == 0 ? kFirstSets * sizeof(sets_[0]) : sizeof(sets_));
}

}  // namespace leak::hook::unwind
