// The pointer lies in main's own frame, which is dead once main has returned.
#include <cstdlib>

#include "truth.h"

int main(int argc, char** argv) {
  void* volatile block = std::malloc(100);
  if (wants_fixed(argc, argv)) std::free(block);
  std::puts("done");
  return 0;
}
