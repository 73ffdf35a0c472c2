// Allocates at the bottom of a recursion 10,000 frames deep, and 60,000 deep.
#include "known.h"

DEFINE_LEAK(leak_at_bottom)

__attribute__((noinline)) static int descend(int depth) {
  if (depth == 0) {
    leak_at_bottom(10, 264);
    return 0;
  }
  return descend(depth - 1) + 1;
}

int main(void) {
  printf("%d\n", descend(10000));
  printf("%d\n", descend(60000));
  return 0;
}
