// Mappings are forgotten; each holds the only pointer to a block of the heap.
#include <sys/mman.h>

#include <cstdlib>

#include "truth.h"

namespace {

constexpr std::size_t kSize = 64 * 1024;

void work(bool fixed) {
  for (int i = 0; i < 100; ++i) {
    void* mapping = mmap(nullptr, kSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    void** words = static_cast<void**>(mapping);
    words[0] = std::malloc(32);
    if (!fixed) continue;
    std::free(words[0]);
    munmap(mapping, kSize);
  }
}

}  // namespace

int main(int argc, char** argv) { return run(argc, argv, work); }
