// One open-addressed table for the process. Readers probe it without a lock; it only ever gains entries or
// refreshes their generation, and a full one is replaced by a larger copy that readers find on their next call.
#include "record/pc_table.h"

#include "record/meta_log.h"
#include "record/module_map.h"
#include "sys/clock.h"
#include "sys/pages.h"
#include "sys/spin_lock.h"

namespace leak::hook {

constinit std::atomic<std::uint32_t> g_code_generation{1};

namespace {

struct Entry {
  std::atomic<std::uint64_t> pc_and_flags;       // pc << 2 | flags; 0: empty. Written last of a new entry
  std::atomic<std::uint64_t> generation_and_id;  // one word, so that a reader never pairs an id with the wrong one
  std::uint32_t module_id;                       // under the lock only
};

struct Table {
  std::size_t capacity;  // a power of two
  std::size_t count;     // under the lock only
  Entry* entries;        // right behind
};

constexpr std::size_t kFirstCapacity = 16384;

constinit sys::SpinLock g_lock;
constinit std::atomic<Table*> g_table{nullptr};
constinit std::uint32_t g_last_id = 0;

std::size_t first_probe(std::uint64_t key, std::size_t capacity) noexcept {
  return (key * 0x9e3779b97f4a7c15) >> 20 & (capacity - 1);
}

struct Found {
  Entry& entry;
  bool present;
};

// The key's entry, or the empty one where it belongs. Requires: the table is not full.
Found find(Table& table, std::uint64_t key) noexcept {
  for (std::size_t at = first_probe(key, table.capacity);; at = (at + 1) & (table.capacity - 1)) {
    // acquire: pairs with the store in insert_locked, so that generation_and_id is there.
    const std::uint64_t found = table.entries[at].pc_and_flags.load(std::memory_order_acquire);
    if (found == key || found == 0) return {table.entries[at], found == key};
  }
}

// nullptr when there is no memory and no table yet; the old one when it merely cannot grow.
Table* table_with_room_locked() noexcept {
  Table* old = g_table.load(std::memory_order_relaxed);
  if (old != nullptr && old->count * 2 < old->capacity) return old;
  const std::size_t capacity = old == nullptr ? kFirstCapacity : old->capacity * 4;
  Table* table = static_cast<Table*>(sys::map_pages(sizeof(Table) + capacity * sizeof(Entry)));
  if (table == nullptr) return old != nullptr && old->count + 1 < old->capacity ? old : nullptr;
  table->capacity = capacity;
  table->entries = reinterpret_cast<Entry*>(table + 1);
  for (std::size_t i = 0; old != nullptr && i != old->capacity; ++i) {
    const Entry& from = old->entries[i];
    const std::uint64_t key = from.pc_and_flags.load(std::memory_order_relaxed);
    if (key == 0) continue;
    Entry& to = find(*table, key).entry;
    to.generation_and_id.store(from.generation_and_id.load(std::memory_order_relaxed),
                               std::memory_order_relaxed);
    to.module_id = from.module_id;
    to.pc_and_flags.store(key, std::memory_order_relaxed);
    ++table->count;
  }
  // release: pairs with pc_id. The old table stays mapped: a reader may be inside it.
  g_table.store(table, std::memory_order_release);
  return table;
}

void emit_pc(std::uint32_t id, std::uint32_t module_id, std::uintptr_t pc, std::uint16_t flags) noexcept {
  auto record = make_meta<trace::PcRecord>(trace::MetaKind::kPc, sys::now_ticks(), flags);
  record.pc_id = id;
  record.module_id = module_id;
  record.pc = pc;
  append_meta_record(record);
}

// First sight of a pc in this code generation.
[[gnu::noinline]] std::uint32_t pc_id_slow(std::uintptr_t pc, std::uint16_t flags) noexcept {
  // A return address may be the first byte after its module: the call is the instruction before. Asked
  // before our lock is taken: an old loader takes its own.
  const LoadedObject object = loaded_object_at((flags & trace::kPcExact) != 0 ? pc : pc - 1);
  const sys::SpinGuard guard(g_lock);
  const ModuleAnswer module = module_of(object);
  // release: whoever sees the new generation re-reads the code. Other threads' caches of this place are stale.
  if (module.replaced) g_code_generation.fetch_add(1, std::memory_order_release);
  const std::uint64_t generation = code_generation();

  Table* table = table_with_room_locked();
  if (table == nullptr) {  // no memory for the table: ids without reuse still make a right trace
    emit_pc(++g_last_id, module.module_id, pc, flags);
    return g_last_id;
  }
  const std::uint64_t key = static_cast<std::uint64_t>(pc) << 2 | flags;
  const auto [entry, known] = find(*table, key);
  std::uint32_t id = static_cast<std::uint32_t>(entry.generation_and_id.load(std::memory_order_relaxed));
  if (!known || entry.module_id != module.module_id) {
    id = ++g_last_id;
    entry.module_id = module.module_id;
    emit_pc(id, module.module_id, pc, flags);
  }
  entry.generation_and_id.store(generation << 32 | id, std::memory_order_relaxed);
  if (!known) {
    ++table->count;
    entry.pc_and_flags.store(key, std::memory_order_release);  // pairs with find
  }
  return id;
}

}  // namespace

std::uint32_t pc_id(std::uintptr_t pc, std::uint16_t flags) noexcept {
  // acquire: pairs with the publication in table_with_room_locked.
  Table* table = g_table.load(std::memory_order_acquire);
  if (table != nullptr) [[likely]] {
    const std::uint64_t key = static_cast<std::uint64_t>(pc) << 2 | flags;
    const Found found = find(*table, key);
    // An empty entry may be filled for another pc at this very moment: only one seen with our key counts.
    if (found.present) [[likely]] {
      const std::uint64_t word = found.entry.generation_and_id.load(std::memory_order_relaxed);
      if (word >> 32 == code_generation()) [[likely]] return static_cast<std::uint32_t>(word);
    }
  }
  return pc_id_slow(pc, flags);
}

void forget_pcs() noexcept {
  g_lock.unlock();
  g_table.store(nullptr, std::memory_order_relaxed);
  g_last_id = 0;
  forget_modules();
  g_code_generation.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace leak::hook
