// Takes memory over a second or more in one of the shapes that a report tells apart.
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { kRounds = 150, kSmall = 512, kManySmall = 100000, kPerPage = 8 };
static const size_t kBurst = 8u << 20;

static void* g_kept[kManySmall];

static void pause_a_little(void) { usleep(10 * 1000); }

static void pause_for_long(void) {
  for (int i = 0; i != kRounds; ++i) pause_a_little();
}

static void use(void* block, size_t bytes) { memset(block, 1, bytes); }

__attribute__((noinline)) static void drop_blocks(int give_back) {
  for (int i = 0; i != kRounds; ++i) {
    char* const block = malloc(1000);
    use(block, 1000);
    if (give_back) free(block);
    pause_a_little();
  }
}

__attribute__((noinline)) static void* make_burst(void) {
  char* const block = malloc(kBurst);
  use(block, kBurst);
  return block;
}

// Half a megabyte from the start, and once, half way, much more for a moment or for good.
static void burst(int give_back) {
  g_kept[0] = malloc(kBurst / 16);
  use(g_kept[0], kBurst / 16);
  pause_for_long();
  void* const block = make_burst();
  if (give_back) free(block);
  pause_for_long();
  if (!give_back) free(block);
}

__attribute__((noinline)) static void* make_small(void) {
  char* const block = malloc(kSmall);
  use(block, kSmall);
  return block;
}

// The same number of blocks stays: one on each page, or all on the pages at the beginning of the heap. What can be
// given back is: glibc itself keeps what it frees below the few blocks of its thread cache.
static void free_most(int spread) {
  for (int i = 0; i != kManySmall; ++i) g_kept[i] = make_small();
  for (int i = kManySmall; i-- != 0;) {
    if (spread ? i % kPerPage != 0 : i >= kManySmall / kPerPage) free(g_kept[i]);
  }
  malloc_trim(0);
  pause_for_long();
}

// All but the last block is freed, and that one is at the top of the heap: glibc gives nothing back by itself.
static void free_below_the_top(int trim) {
  for (int i = 0; i != kManySmall; ++i) g_kept[i] = make_small();
  void* const top = make_small();
  for (int i = 0; i != kManySmall; ++i) free(g_kept[i]);
  g_kept[0] = top;
  if (trim) malloc_trim(0);
  pause_for_long();
}

int main(int argc, char** argv) {
  const char* const shape = argc == 2 ? argv[1] : "";
  if (strcmp(shape, "leak") == 0) {
    drop_blocks(0);
  } else if (strcmp(shape, "no_leak") == 0) {
    drop_blocks(1);
  } else if (strcmp(shape, "spike") == 0) {
    burst(1);
  } else if (strcmp(shape, "step") == 0) {
    burst(0);
  } else if (strcmp(shape, "fragments") == 0) {
    free_most(1);
  } else if (strcmp(shape, "compact") == 0) {
    free_most(0);
  } else if (strcmp(shape, "untrimmed") == 0) {
    free_below_the_top(0);
  } else if (strcmp(shape, "trimmed") == 0) {
    free_below_the_top(1);
  } else {
    return 2;
  }
  puts("done");
  return 0;
}
