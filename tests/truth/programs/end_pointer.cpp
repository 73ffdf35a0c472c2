// The program kept only where the blocks end, and that is outside of them: in what the allocator added, or
// beyond.
#include <cstdlib>

#include "truth.h"

namespace {

[[gnu::used]] char* g_ends[2];

void work(bool fixed) {
  const std::size_t sizes[2] = {100, 104};
  for (int i = 0; i < 2; ++i) {
    char* block = static_cast<char*>(std::calloc(1, sizes[i]));
    g_ends[i] = block + sizes[i];
    if (fixed) std::free(block);
  }
}

}  // namespace

int main(int argc, char** argv) { return run(argc, argv, work); }
