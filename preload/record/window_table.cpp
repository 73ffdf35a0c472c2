#include "record/window_table.h"

#include <cstring>

#include "sys/pages.h"
#include "sys/spin_lock.h"

namespace leak::hook {

constinit WindowTable g_window_table;

namespace {

constexpr std::size_t kShards = 64;
constexpr std::size_t kBuckets = 1024;  // of each
constexpr std::size_t kChunkBytes = std::size_t{4} << 20;
constexpr std::size_t kMostChunks = 256;  // a gigabyte
constexpr std::size_t kBlocksPerChunk = kChunkBytes / sizeof(WindowBlock);

struct Shard {
  sys::SpinLock lock;
  bool is_used;  // since the last clear()
  WindowBlock* free;
  WindowBlock* buckets[kBuckets];
};

constinit Shard g_shards[kShards] = {};

// Where new entries come from.
struct Pool {
  sys::SpinLock lock;
  void* chunks[kMostChunks];
  std::size_t chunk_count;
  std::size_t used;  // of the last one
};
constinit Pool g_pool = {};

// The spin lock without the pause of signals that SpinGuard takes: see the header.
class ShardGuard {
 public:
  explicit ShardGuard(sys::SpinLock& lock) noexcept : lock_(lock) { lock_.lock(); }
  ~ShardGuard() { lock_.unlock(); }
  ShardGuard(const ShardGuard&) = delete;
  ShardGuard& operator=(const ShardGuard&) = delete;

 private:
  sys::SpinLock& lock_;
};

std::uint64_t hash_of(std::uintptr_t address) noexcept { return address * 0x9e3779b97f4a7c15; }
Shard& shard_of(std::uint64_t hash) noexcept { return g_shards[hash >> 58]; }
WindowBlock** bucket_of(Shard& shard, std::uint64_t hash) noexcept {
  return &shard.buckets[hash >> 48 & (kBuckets - 1)];
}

// Requires: the shard's lock is held.
WindowBlock* take_free_locked(Shard& shard) noexcept {
  if (shard.free != nullptr) {
    WindowBlock* const block = shard.free;
    shard.free = block->next;
    return block;
  }
  const ShardGuard guard(g_pool.lock);
  if (g_pool.chunk_count == 0 || g_pool.used == kBlocksPerChunk) {
    if (g_pool.chunk_count == kMostChunks) return nullptr;
    void* const chunk = sys::map_pages(kChunkBytes);
    if (chunk == nullptr) return nullptr;
    g_pool.chunks[g_pool.chunk_count++] = chunk;
    g_pool.used = 0;
  }
  return static_cast<WindowBlock*>(g_pool.chunks[g_pool.chunk_count - 1]) + g_pool.used++;
}

// The link that leads to the block, or to nullptr at the end of its bucket.
WindowBlock** find_locked(Shard& shard, std::uint64_t hash, std::uintptr_t address) noexcept {
  WindowBlock** link = bucket_of(shard, hash);
  while (*link != nullptr && (*link)->address != address) link = &(*link)->next;
  return link;
}

}  // namespace

bool WindowTable::insert_with(std::uintptr_t address, WindowBlock& replaced,
                              void (*fill)(void*, WindowBlock&), void* context) noexcept {
  const std::uint64_t hash = hash_of(address);
  Shard& shard = shard_of(hash);
  const ShardGuard guard(shard.lock);
  WindowBlock** const link = find_locked(shard, hash, address);
  replaced.address = 0;
  WindowBlock* block = *link;
  WindowBlock* next = nullptr;
  if (block != nullptr) {
    replaced = *block;
    next = block->next;
  } else {
    block = take_free_locked(shard);
    if (block == nullptr) return false;
  }
  std::memset(static_cast<void*>(block), 0, offsetof(WindowBlock, frames));
  shard.is_used = true;
  block->address = address;
  fill(context, *block);
  block->next = next;
  *link = block;
  return true;
}

void WindowTable::remove(std::uintptr_t address, std::uint64_t ticks, WindowBlock& removed) noexcept {
  const std::uint64_t hash = hash_of(address);
  Shard& shard = shard_of(hash);
  const ShardGuard guard(shard.lock);
  WindowBlock** const link = find_locked(shard, hash, address);
  removed.address = 0;
  if (*link == nullptr || (*link)->ticks > ticks) return;
  WindowBlock* const block = *link;
  removed = *block;
  *link = block->next;
  block->next = shard.free;
  shard.free = block;
}

bool WindowTable::name(std::uintptr_t address, const char* name) noexcept {
  const std::uint64_t hash = hash_of(address);
  Shard& shard = shard_of(hash);
  const ShardGuard guard(shard.lock);
  WindowBlock* const block = *find_locked(shard, hash, address);
  if (block != nullptr) block->name = name;
  return block != nullptr;
}

void WindowTable::visit(bool (*visitor)(void*, const WindowBlock&), void* context) noexcept {
  for (Shard& shard : g_shards) {
    const ShardGuard guard(shard.lock);
    for (const WindowBlock* block : shard.buckets) {
      for (; block != nullptr; block = block->next) {
        if (!visitor(context, *block)) return;
      }
    }
  }
}

void WindowTable::clear() noexcept {
  // All at once: a block of one part may lie in any chunk.
  for (Shard& shard : g_shards) shard.lock.lock();
  {
    const ShardGuard guard(g_pool.lock);
    // One chunk stays for the next window: a test suite opens thousands.
    for (; g_pool.chunk_count > 1; --g_pool.chunk_count)
      sys::unmap_pages(g_pool.chunks[g_pool.chunk_count - 1], kChunkBytes);
    g_pool.used = 0;
    for (Shard& shard : g_shards) {
      shard.free = nullptr;
      if (shard.is_used) std::memset(shard.buckets, 0, sizeof(shard.buckets));
      shard.is_used = false;
    }
  }
  for (Shard& shard : g_shards) shard.lock.unlock();
}

void WindowTable::forget() noexcept {
  for (Shard& shard : g_shards) shard.lock.unlock();
  g_pool.lock.unlock();
  clear();
}

}  // namespace leak::hook
