// An allocation function of the program's own puts a header before each block.
#include <cstdlib>

#include "truth.h"

namespace {

struct alignas(32) Header {
  unsigned magic;
  unsigned owner;
};

[[gnu::used]] void* g_blocks[100];

NOINLINE void* my_allocate(std::size_t size) {
  auto* header = static_cast<Header*>(std::calloc(1, sizeof(Header) + size));
  header->magic = 0xfeed;
  return header + 1;
}

NOINLINE void my_free(void* block) { std::free(static_cast<Header*>(block) - 1); }

void work(bool fixed) {
  for (void*& block : g_blocks) block = my_allocate(68);
  if (!fixed) return;
  for (void* block : g_blocks) my_free(block);
}

}  // namespace

int main(int argc, char** argv) { return run(argc, argv, work); }
