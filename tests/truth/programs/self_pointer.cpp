// A block that is known only to itself.
#include <cstdlib>

#include "truth.h"

namespace {

void work(bool fixed) {
  void** block = static_cast<void**>(escape(std::calloc(1, 100)));
  block[3] = block;
  block = escape(block);
  if (fixed) std::free(block);
}

}  // namespace

int main(int argc, char** argv) { return run(argc, argv, work); }
