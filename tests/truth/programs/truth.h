// What the programs of this folder share. Each leaks by one kind of mistake, an amount that is known to the
// byte; with the argument "fixed" it makes the same use of memory without the mistake.
//
// A conservative scan believes what it sees in dead frames and registers. The work is therefore done in a
// call of its own, and what that call left behind is wiped: the truth shall be the program's, not the
// compiler's.
#pragma once

#include <cstddef>
#include <cstdio>
#include <cstring>

#define NOINLINE __attribute__((noinline))

// The compiler must assume that somebody else has seen the pointer, and may not remove its allocation.
template <class T>
inline T* escape(T* pointer) {
  asm volatile("" : "+r"(pointer) : : "memory");
  return pointer;
}

// Zeroes the stack below the caller, and the registers that calls do not preserve.
NOINLINE inline void wipe_dead_frames() {
  char below[48 * 1024];
  std::memset(below, 0, sizeof below);
  escape(below);
#if defined(__x86_64__)
  asm volatile(
      "pxor %%xmm0, %%xmm0\n\tpxor %%xmm1, %%xmm1\n\tpxor %%xmm2, %%xmm2\n\tpxor %%xmm3, %%xmm3\n\t"
      "pxor %%xmm4, %%xmm4\n\tpxor %%xmm5, %%xmm5\n\tpxor %%xmm6, %%xmm6\n\tpxor %%xmm7, %%xmm7\n\t"
      "pxor %%xmm8, %%xmm8\n\tpxor %%xmm9, %%xmm9\n\tpxor %%xmm10, %%xmm10\n\tpxor %%xmm11, %%xmm11\n\t"
      "pxor %%xmm12, %%xmm12\n\tpxor %%xmm13, %%xmm13\n\tpxor %%xmm14, %%xmm14\n\tpxor %%xmm15, %%xmm15"
      :
      :
      : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11",
        "xmm12", "xmm13", "xmm14", "xmm15");
#endif
}

inline bool wants_fixed(int argc, char** argv) { return argc > 1 && std::strcmp(argv[1], "fixed") == 0; }

// The usual main: work, leave nothing lying around, say so.
inline int run(int argc, char** argv, void (*work)(bool fixed)) {
  void (*volatile hidden)(bool) = work;  // not inlined: its frame must be dead when we wipe
  hidden(wants_fixed(argc, argv));
  wipe_dead_frames();
  std::puts("done");
  return 0;
}
