// Pointers are stored as their distance from the place that stores them, as in memory that processes share.
#include <cstdint>
#include <cstdlib>

#include "truth.h"

namespace {

[[gnu::used]] std::intptr_t g_offsets[8];

void work(bool fixed) {
  for (std::intptr_t& offset : g_offsets) {
    void* block = std::malloc(100);
    offset = reinterpret_cast<std::intptr_t>(block) - reinterpret_cast<std::intptr_t>(&offset);
    if (fixed) std::free(block);
  }
}

}  // namespace

int main(int argc, char** argv) { return run(argc, argv, work); }
