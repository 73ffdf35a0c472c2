#include "sys/own_memory.h"

#include <sys/mman.h>

#include <atomic>

#include "sys/syscalls.h"

// The image that this code is part of, from the linker.
extern "C" __attribute__((visibility("hidden"))) const char __ehdr_start[];
extern "C" __attribute__((visibility("hidden"))) const char _end[];

namespace leak::sys {

namespace {

// `end` is 0 when free and claims the entry; `begin` is stored last and cleared first, and 0 hides it.
struct Entry {
  std::atomic<std::uintptr_t> begin{0};
  std::atomic<std::uintptr_t> end{0};
};

constexpr std::size_t kChunkEntries = 1024;
constexpr std::size_t kMaxChunks = 64;
struct Chunk {
  Entry entries[kChunkEntries];
};

constinit Chunk g_first_chunk;
constinit std::atomic<Chunk*> g_chunks[kMaxChunks] = {};

Chunk* chunk(std::size_t number) noexcept {
  return number == 0 ? &g_first_chunk : g_chunks[number].load(std::memory_order_acquire);
}

Chunk* make_chunk(std::size_t number) noexcept {
  const long memory = raw_syscall(SYS_mmap, 0, sizeof(Chunk), PROT_READ | PROT_WRITE,
                                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (is_error(memory)) return nullptr;
  Chunk* fresh = reinterpret_cast<Chunk*>(memory);  // zero-filled: all free
  fresh->entries[0].end.store(static_cast<std::uintptr_t>(memory) + sizeof(Chunk), std::memory_order_relaxed);
  fresh->entries[0].begin.store(static_cast<std::uintptr_t>(memory), std::memory_order_relaxed);
  Chunk* expected = nullptr;
  // release: pairs with chunk().
  if (g_chunks[number].compare_exchange_strong(expected, fresh, std::memory_order_acq_rel)) return fresh;
  raw_syscall(SYS_munmap, memory, sizeof(Chunk));
  return expected;
}

}  // namespace

void add_own_memory(const void* memory, std::size_t bytes) noexcept {
  const std::uintptr_t begin = reinterpret_cast<std::uintptr_t>(memory);
  for (std::size_t number = 0; number != kMaxChunks; ++number) {
    Chunk* const current = chunk(number) != nullptr ? chunk(number) : make_chunk(number);
    if (current == nullptr) return;
    for (Entry& entry : current->entries) {
      std::uintptr_t free = 0;
      if (entry.end.load(std::memory_order_relaxed) != 0) continue;
      if (!entry.end.compare_exchange_strong(free, begin + bytes, std::memory_order_relaxed)) continue;
      entry.begin.store(begin, std::memory_order_release);  // pairs with visit_own_memory
      return;
    }
  }
}

void remove_own_memory(const void* memory) noexcept {
  const std::uintptr_t begin = reinterpret_cast<std::uintptr_t>(memory);
  for (std::size_t number = 0; number != kMaxChunks && chunk(number) != nullptr; ++number) {
    for (Entry& entry : chunk(number)->entries) {
      if (entry.begin.load(std::memory_order_relaxed) != begin) continue;
      entry.begin.store(0, std::memory_order_relaxed);
      entry.end.store(0, std::memory_order_release);
      return;
    }
  }
}

void visit_own_memory(void (*visit)(void* context, std::uintptr_t begin, std::uintptr_t end),
                      void* context) noexcept {
  visit(context, reinterpret_cast<std::uintptr_t>(__ehdr_start), reinterpret_cast<std::uintptr_t>(_end));
  for (std::size_t number = 0; number != kMaxChunks && chunk(number) != nullptr; ++number) {
    for (const Entry& entry : chunk(number)->entries) {
      const std::uintptr_t begin = entry.begin.load(std::memory_order_acquire);  // pairs with add_own_memory
      if (begin != 0) visit(context, begin, entry.end.load(std::memory_order_relaxed));
    }
  }
}

}  // namespace leak::sys
