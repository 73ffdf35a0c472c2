// Only a thread-local variable of the main thread knows the block.
#include <cstdlib>

#include "truth.h"

namespace {

[[gnu::used]] thread_local void* t_block;

void work(bool fixed) {
  t_block = std::malloc(100);
  if (fixed) std::free(t_block);
}

}  // namespace

int main(int argc, char** argv) { return run(argc, argv, work); }
