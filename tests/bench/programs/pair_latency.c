// What one pair of malloc and free, or of dup and close, costs the program that makes it: the median over many
// pairs, by the time stamp counter, 20 frames deep. Prints nanoseconds; the two readings of the counter
// themselves are measured and taken off.
//   pair_latency [DEPTH [blocks|descriptors]]
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <x86intrin.h>

#include "call_tree.h"

enum { kLiveBlocks = 1024, kMostTicks = 20000, kRounds = 400000 };

typedef struct {
  void* blocks[kLiveBlocks];
  uint32_t random;
  uint32_t histogram[kMostTicks];
  uint64_t count;
} Pairs;

static inline uint64_t ticks_before(void) {
  _mm_lfence();
  const uint64_t ticks = __rdtsc();
  _mm_lfence();
  return ticks;
}

static inline uint64_t ticks_after(void) {
  unsigned processor = 0;
  const uint64_t ticks = __rdtscp(&processor);
  _mm_lfence();
  return ticks;
}

static void note(Pairs* pairs, uint64_t ticks) {
  ++pairs->histogram[ticks < kMostTicks ? ticks : kMostTicks - 1];
  ++pairs->count;
}

static void time_a_pair(void* context) {
  Pairs* pairs = context;
  const uint32_t random = next_random(&pairs->random);
  void** block = &pairs->blocks[random % kLiveBlocks];
  const size_t size = 16 + (random >> 10) % 500;
  const uint64_t before = ticks_before();
  free(*block);
  *block = malloc(size);
  note(pairs, ticks_after() - before);
}

static void time_descriptors(void* context) {
  const uint64_t before = ticks_before();
  const int descriptor = dup(STDOUT_FILENO);
  close(descriptor);
  note(context, ticks_after() - before);
}

static void time_nothing(void* context) {
  const uint64_t before = ticks_before();
  note(context, ticks_after() - before);
}

static double ticks_per_ns(void) {
  struct timespec start, now;
  const uint64_t first = __rdtsc();
  clock_gettime(CLOCK_MONOTONIC, &start);
  double ns = 0;
  do {
    clock_gettime(CLOCK_MONOTONIC, &now);
    ns = (double)(now.tv_sec - start.tv_sec) * 1e9 + (double)(now.tv_nsec - start.tv_nsec);
  } while (ns < 5e7);
  return (double)(__rdtsc() - first) / ns;
}

static double median_ticks(void (*act)(void*), Pairs* pairs, int depth) {
  CallTree tree = {1, act, pairs};
  call_at_depth(&tree, depth, kRounds / 10);  // warm
  memset(pairs->histogram, 0, sizeof pairs->histogram);
  pairs->count = 0;
  call_at_depth(&tree, depth, kRounds);
  uint64_t below = 0;
  int ticks = 0;
  while (below < pairs->count / 2) below += pairs->histogram[ticks++];
  return ticks - 1;
}

int main(int argc, char** argv) {
  static Pairs pairs = {.random = 1};
  const int depth = argc > 1 ? atoi(argv[1]) : 20;
  const int descriptors = argc > 2 && strcmp(argv[2], "descriptors") == 0;
  const double scale = ticks_per_ns();
  const double pair = median_ticks(descriptors ? time_descriptors : time_a_pair, &pairs, depth);
  printf("%.1f\n", (pair - median_ticks(time_nothing, &pairs, depth)) / scale);
  return 0;
}
