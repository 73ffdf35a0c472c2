// err() ends the program from inside the C library: the block that main's frame holds is in use, and so are, until
// static destructors run, those of a static object.
#include <err.h>

#include <cstdlib>
#include <memory>
#include <vector>

#include "truth.h"

namespace {

std::vector<std::unique_ptr<char[]>> g_blocks;

NOINLINE void fill() {
  g_blocks.reserve(100);
  for (int i = 0; i < 100; ++i) g_blocks.push_back(std::make_unique<char[]>(100));
}

}  // namespace

int main(int argc, char** argv) {
  void* volatile block = std::malloc(100);
  fill();
  if (wants_fixed(argc, argv)) std::free(block);
  std::puts("done");
  errx(3, "%d blocks", 100);
  return block != nullptr ? 0 : 1;
}
