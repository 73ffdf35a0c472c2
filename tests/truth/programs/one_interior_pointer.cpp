// A single pointer leads to the middle of a single block, for no reason that can be recognised.
#include <cstdlib>

#include "truth.h"

namespace {

[[gnu::used]] char* g_middle;

void work(bool fixed) {
  char* block = static_cast<char*>(std::calloc(1, 100));
  g_middle = block + 50;
  if (fixed) std::free(block);
}

}  // namespace

int main(int argc, char** argv) { return run(argc, argv, work); }
