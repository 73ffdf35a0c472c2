// Blocks of no bytes at all can be lost as well.
#include <cstdlib>

#include "truth.h"

namespace {

[[gnu::used]] void* g_kept;

void work(bool fixed) {
  g_kept = std::malloc(0);
  void* lost = escape(std::malloc(0));
  if (!fixed) return;
  std::free(g_kept);
  std::free(lost);
}

}  // namespace

int main(int argc, char** argv) { return run(argc, argv, work); }
