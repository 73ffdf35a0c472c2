// An allocator of the program's own hands out pieces of a mapping, and these hold the only pointers to
// blocks of the heap.
#include <sys/mman.h>
#include <cstdlib>

#include "truth.h"

namespace {

constexpr std::size_t kSize = 1024 * 1024;

struct Arena {
  char* next;
  char* end;
};

[[gnu::used]] Arena g_arena;
[[gnu::used]] void* g_last_entry;

struct Entry {
  Entry* previous;
  void* value;
};

void work(bool fixed) {
  void* memory = mmap(nullptr, kSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  g_arena = {static_cast<char*>(memory), static_cast<char*>(memory) + kSize};
  Entry* last = nullptr;
  for (int i = 0; i < 1'000; ++i) {
    auto* entry = reinterpret_cast<Entry*>(g_arena.next);
    g_arena.next += sizeof(Entry);
    *entry = {last, std::malloc(100)};
    last = entry;
  }
  g_last_entry = last;
  if (!fixed) return;
  for (; last != nullptr; last = last->previous) std::free(last->value);
  munmap(memory, kSize);
}

}  // namespace

int main(int argc, char** argv) { return run(argc, argv, work); }
