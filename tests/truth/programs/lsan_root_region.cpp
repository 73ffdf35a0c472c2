// The program declares regions of memory to be roots. One of them it takes back.
#include <sys/mman.h>

#include <cstdlib>

#include "lsan_interface.h"
#include "truth.h"

namespace {

constexpr std::size_t kSize = 64 * 1024;

// Nobody keeps where the mapping is.
void** map_with_block(std::size_t size) {
  void* memory = mmap(nullptr, kSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  void** words = static_cast<void**>(memory);
  words[7] = std::malloc(size);
  return words;
}

void work(bool fixed) {
  void** kept = map_with_block(100);
  void** taken_back = map_with_block(200);
  if (__lsan_register_root_region != nullptr) {
    __lsan_register_root_region(kept, kSize);
    __lsan_register_root_region(taken_back, kSize);
    __lsan_unregister_root_region(taken_back, kSize);
  }
  if (!fixed) return;
  std::free(taken_back[7]);
  munmap(taken_back, kSize);
}

}  // namespace

int main(int argc, char** argv) { return run(argc, argv, work); }
