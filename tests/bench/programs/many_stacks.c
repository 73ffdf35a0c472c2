// Many distinct call stacks, each with many sizes: 4,096 stacks by 56 sizes at first, a million events. What an
// analyzer keeps for each pair, or for each moment of each stack, shows in its memory.
//   many_stacks [EVENTS]
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { kLevels = 12, kSizes = 56, kLiveBlocks = 100000 };

static void* live[kLiveBlocks];
static unsigned long made;

static void make_block(void) {
  void** block = &live[made % kLiveBlocks];
  free(*block);
  *block = malloc(16 + 24 * (made / (1 << kLevels) % kSizes));
  ++made;
}

// Two calls at each level: the bits of `path` say by which of them each stack goes.
__attribute__((noinline)) static void descend(unsigned path, int levels) {
  if (levels == 0) {
    make_block();
  } else if ((path & 1) != 0) {
    descend(path >> 1, levels - 1);
    __asm__ volatile("" ::: "memory");
  } else {
    descend(path >> 1, levels - 1);
    __asm__ volatile("nop" ::: "memory");
  }
}

int main(int argc, char** argv) {
  const unsigned long events = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000000;
  while (made < (events + kLiveBlocks) / 2) descend((unsigned)made, kLevels);
  for (int i = 0; i < kLiveBlocks; ++i) free(live[i]);
  return 0;
}
