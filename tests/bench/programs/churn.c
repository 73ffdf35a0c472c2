// One thread that allocates and frees about two million times, at a given depth of its stack.
//   churn DEPTH [ROUNDS]
#include <stdio.h>

#include "call_tree.h"

enum { kLiveBlocks = 4096 };

typedef struct {
  void* blocks[kLiveBlocks];
  uint32_t random;
} Heap;

static void replace_a_block(void* context) {
  Heap* heap = context;
  const uint32_t random = next_random(&heap->random);
  void** block = &heap->blocks[random % kLiveBlocks];
  free(*block);
  *block = malloc(16 + (random >> 12) % 500);
}

int main(int argc, char** argv) {
  if (argc < 2) {
    fputs("usage: churn DEPTH [ROUNDS]\n", stderr);
    return 2;
  }
  static Heap heap = {{0}, 1};
  CallTree tree = {1, replace_a_block, &heap};
  const long rounds = argc > 2 ? atol(argv[2]) : 450000;
  call_at_depth(&tree, atoi(argv[1]), rounds);
  for (int i = 0; i < kLiveBlocks; ++i) free(heap.blocks[i]);
  return 0;
}
