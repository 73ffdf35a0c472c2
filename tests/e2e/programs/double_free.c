// Frees a block twice: the C library says so and aborts, with or without us.
#include "known.h"

int main(void) {
  leak_known(15, 472);
  void* volatile block = malloc(100);
  void* volatile same = block;
  free(block);
  free(same);
  return 0;
}
