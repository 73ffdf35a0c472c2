// Mappings that are in use: known by their start, by their middle, or by each other. And one that is
// shrunk, moved and unmapped.
#include <sys/mman.h>
#include <cstdlib>

#include "truth.h"

namespace {

constexpr std::size_t kSize = 64 * 1024;
[[gnu::used]] void* g_first;
[[gnu::used]] char* g_middle_of_third;

void** map() {
  return static_cast<void**>(
      mmap(nullptr, kSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
}

void work(bool fixed) {
  void** first = map();
  void** second = map();
  void** third = map();
  first[100] = second;
  second[100] = std::malloc(100);
  g_first = first;
  g_middle_of_third = reinterpret_cast<char*>(third) + 4'096;
  void* moved = mremap(map(), kSize, 2 * kSize, MREMAP_MAYMOVE);
  munmap(moved, 2 * kSize);
  if (!fixed) return;
  std::free(second[100]);
  munmap(first, kSize);
  munmap(second, kSize);
  munmap(third, kSize);
}

}  // namespace

int main(int argc, char** argv) { return run(argc, argv, work); }
