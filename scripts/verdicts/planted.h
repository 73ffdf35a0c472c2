// The leak that is planted into other people's programs: one block in PLANTED_EVERY requests (10 unless the
// environment says otherwise), which a list holds and nobody frees. With PLANTED_LOST nothing holds them.
#pragma once

#include <stdlib.h>
#include <string.h>

static void* g_planted;

// Links the block before, as a list that only grows.
__attribute__((noinline)) static void planted_leak(size_t bytes) {
  void** const block = malloc(bytes < sizeof(void*) ? sizeof(void*) : bytes);
  if (block == NULL) return;
  memset(block, 1, bytes);
  *block = g_planted;
  if (getenv("PLANTED_LOST") == NULL) g_planted = block;
}

__attribute__((noinline)) static void planted_use(size_t bytes) {
  void* const block = malloc(bytes);
  if (block == NULL) return;
  memset(block, 1, bytes);
  __asm__ volatile("" : : "r"(block) : "memory");
  free(block);
}

// Once in a while, so that what is kept is a small part of the traffic.
static inline void planted_request(void) {
  static unsigned g_requests;
  static unsigned g_every;
  if (g_every == 0) {
    const char* const wanted = getenv("PLANTED_EVERY");
    g_every = wanted == NULL || atoi(wanted) <= 0 ? 10 : (unsigned)atoi(wanted);
  }
  if (++g_requests % g_every == 0) {
    planted_leak(200);
  } else {
    planted_use(200);
  }
}
