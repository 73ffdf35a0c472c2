// Pointers carry a number in their upper 16 bits, as lock-free stacks and boxed values do.
#include <cstdint>
#include <cstdlib>

#include "truth.h"

namespace {

[[gnu::used]] std::uintptr_t g_tagged[8];

void work(bool fixed) {
  for (std::uintptr_t tag = 0; tag < 8; ++tag) {
    void* block = std::malloc(100);
    g_tagged[tag] = reinterpret_cast<std::uintptr_t>(block) | (tag + 0x1234) << 48;
    if (fixed) std::free(block);
  }
}

}  // namespace

int main(int argc, char** argv) { return run(argc, argv, work); }
