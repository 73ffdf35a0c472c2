// What windows tell (leakhook/leakhook.h). Plain C, shared with the library; fields are only ever added at
// the end.
#ifndef LEAKHOOK_WINDOW_TYPES_H
#define LEAKHOOK_WINDOW_TYPES_H

#include <stddef.h>
#include <stdint.h>

// Sizes are those that the program asked for, in bytes.
struct leakhook_counts {
  uint64_t allocations;      // made in the window, whether freed since or not
  uint64_t allocated_bytes;
  uint64_t live_blocks;      // of these, not freed yet
  uint64_t live_bytes;
  uint64_t peak_bytes;       // the most that live_bytes was
  uint64_t missed;           // in allocations, but in nothing else: there was no memory to remember them
};

#define LEAKHOOK_MAX_FRAMES 32

struct leakhook_block {
  void* address;
  size_t size;
  const char* name;      // given by leakhook_track_object; null: none
  uint32_t thread;       // that made it, as gettid() numbers it
  uint32_t frame_count;  // 0: made in a signal handler that interrupted an allocation
  void* frames[LEAKHOOK_MAX_FRAMES];  // return addresses, innermost first
};

#endif
