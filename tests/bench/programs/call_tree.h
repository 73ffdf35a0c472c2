// What the benchmark programs have in common: allocations at the bottom of a stack of a given depth, whose
// innermost frames change from one to the next as those of real programs do (about three of them are new each
// time).
#pragma once

#include <stdint.h>
#include <stdlib.h>

// Keeps a frame a frame: no inlining, no tail call, nothing known about memory afterwards.
#define BENCH_FRAME __attribute__((noinline))
#define BENCH_END_OF_FRAME() __asm__ volatile("" ::: "memory")

typedef struct {
  uint32_t random;
  void (*act)(void* context);  // allocates, frees
  void* context;
} CallTree;

static inline uint32_t next_random(uint32_t* state) {
  *state = *state * 1664525U + 1013904223U;
  return *state >> 8;
}

static BENCH_FRAME void call_leaf(CallTree* tree) {
  tree->act(tree->context);
  BENCH_END_OF_FRAME();
}
static BENCH_FRAME void call_inner(CallTree* tree) {
  call_leaf(tree);
  if ((tree->random & 0x10000) != 0) call_leaf(tree);
  BENCH_END_OF_FRAME();
}
static BENCH_FRAME void call_outer(CallTree* tree) {
  call_inner(tree);
  if ((tree->random & 0x20000) != 0) call_inner(tree);
  BENCH_END_OF_FRAME();
}

// Calls `act` about 2.25 times a round, `depth` frames and those above below the caller.
static BENCH_FRAME int call_at_depth(CallTree* tree, int depth, long rounds) {
  if (depth > 0) {
    const int below = call_at_depth(tree, depth - 1, rounds);
    BENCH_END_OF_FRAME();
    return below + 1;
  }
  for (long i = 0; i < rounds; ++i) {
    next_random(&tree->random);
    call_outer(tree);
  }
  return 0;
}
