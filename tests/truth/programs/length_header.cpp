// A block begins with its own length, and only the place behind it is known.
#include <cstdint>
#include <cstdlib>

#include "truth.h"

namespace {

[[gnu::used]] void* g_block;

void work(bool fixed) {
  auto* length = static_cast<std::uint64_t*>(std::malloc(8 + 92));
  *length = 92;
  g_block = length + 1;
  if (fixed) std::free(length);
}

}  // namespace

int main(int argc, char** argv) { return run(argc, argv, work); }
