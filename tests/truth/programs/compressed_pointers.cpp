// Pointers are stored in 32 bits, as the distance from a base that is known elsewhere.
#include <cstdint>
#include <cstdlib>

#include "truth.h"

namespace {

[[gnu::used]] std::uint32_t g_compressed[8];
[[gnu::used]] std::uintptr_t g_base;

void work(bool fixed) {
  for (std::uint32_t& compressed : g_compressed) {
    void* block = std::malloc(100);
    g_base = reinterpret_cast<std::uintptr_t>(block) >> 32 << 32;
    compressed = static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(block) - g_base);
    if (fixed) std::free(block);
  }
}

}  // namespace

int main(int argc, char** argv) { return run(argc, argv, work); }
