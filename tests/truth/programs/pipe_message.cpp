// Pointers travel through a pipe and have not been read yet. What a pipe holds cannot be seen from
// outside: a known limit of every scan.
#include <unistd.h>
#include <cstdlib>

#include "truth.h"

namespace {

void work(bool fixed) {
  int ends[2];
  if (pipe(ends) != 0) std::abort();
  for (int i = 0; i < 10; ++i) {
    void* block = std::malloc(100);
    if (fixed) {
      std::free(block);
    } else if (write(ends[1], &block, sizeof block) != sizeof block) {
      std::abort();
    }
  }
}

}  // namespace

int main(int argc, char** argv) { return run(argc, argv, work); }
