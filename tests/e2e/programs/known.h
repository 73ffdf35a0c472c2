// What the end-to-end programs share: blocks that a report must show under a known function name, and steps
// that must not fail. C and C++.
#pragma once

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Keeps the compiler from seeing that a block is never used.
static void* volatile g_sink;

// Defines `function(count, size)`: allocates count blocks of size bytes and never frees them.
#define DEFINE_LEAK(function)                                                      \
  static __attribute__((noinline, unused)) void function(int count, size_t size) { \
    for (int i = 0; i < count; ++i) {                                              \
      g_sink = malloc(size);                                                       \
      if (g_sink != NULL) memset(g_sink, 0x5a, size < 64 ? size : 64);             \
    }                                                                              \
  }

DEFINE_LEAK(leak_known)

// Allocates and frees: events that leave nothing behind.
static __attribute__((noinline, unused)) void churn(int count, size_t size) {
  for (int i = 0; i < count; ++i) {
    void* block = malloc(size);
    g_sink = block;
    free(block);
  }
}

// For a step that has to work for the program to mean anything.
static inline void require(int condition, const char* what) {
  if (condition) return;
  perror(what);
  exit(99);
}
