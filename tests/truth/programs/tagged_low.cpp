// Pointers carry flags in their low bits. The blocks are in use.
#include <cstdint>
#include <cstdlib>

#include "truth.h"

namespace {

[[gnu::used]] std::uintptr_t g_tagged[8];

void work(bool fixed) {
  for (std::uintptr_t tag = 0; tag < 8; ++tag) {
    void* block = std::malloc(100);
    g_tagged[tag] = reinterpret_cast<std::uintptr_t>(block) | tag;
    if (fixed) std::free(block);
  }
}

}  // namespace

int main(int argc, char** argv) { return run(argc, argv, work); }
