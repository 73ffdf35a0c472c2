// The only pointers lie in a mapping that a forked child does not inherit as it is.
#include <sys/mman.h>
#include <cstdlib>

#include "truth.h"

namespace {

constexpr std::size_t kSize = 64 * 1024;
[[gnu::used]] void** g_mapping;

void work(bool fixed) {
  void* memory = mmap(nullptr, kSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (madvise(memory, kSize, MADV_WIPEONFORK) != 0) std::abort();
  g_mapping = static_cast<void**>(memory);
  for (int i = 0; i < 10; ++i) g_mapping[i] = std::malloc(100);
  if (!fixed) return;
  for (int i = 0; i < 10; ++i) std::free(g_mapping[i]);
  munmap(memory, kSize);
}

}  // namespace

int main(int argc, char** argv) { return run(argc, argv, work); }
