// A program's own account of its call stack, in return addresses: what a recorder that unwinds has to find,
// known without any unwinder. Functions say where they return to (enter), and take it back (leave).
#pragma once

#include <stdint.h>

typedef struct {
  uintptr_t low, high;  // a return address is in [low, high]; mostly low == high
} ShadowEntry;

typedef struct {
  ShadowEntry entries[120];
  int depth;
} ShadowStack;

extern ShadowStack* g_shadow;  // that of the stack on which the program runs now

static inline int shadow_enter(uintptr_t low, uintptr_t high) {
  const int before = g_shadow->depth;
  g_shadow->entries[g_shadow->depth++] = (ShadowEntry){low, high};
  return before;
}

// Where the function in which this stands returns to. Gives the depth for shadow_leave().
#define SHADOW_ENTER()                                                                \
  shadow_enter((uintptr_t)__builtin_extract_return_addr(__builtin_return_address(0)), \
               (uintptr_t)__builtin_extract_return_addr(__builtin_return_address(0)))

// For a function that is about to call one that says nothing (malloc, raise, bsearch): it returns into
// `function`.
enum { kLargestFunction = 512 };
#define SHADOW_WITHIN(function) shadow_enter((uintptr_t)(function), (uintptr_t)(function) + kLargestFunction)

static inline void shadow_leave(int before) { g_shadow->depth = before; }
