// exit() is called while the frames that know the block are alive.
#include <cstdlib>

#include "truth.h"

namespace {

NOINLINE void finish() { std::exit(3); }

}  // namespace

int main(int argc, char** argv) {
  void* volatile block = std::malloc(100);
  if (wants_fixed(argc, argv)) std::free(block);
  std::puts("done");
  finish();
  return block != nullptr ? 0 : 1;
}
