// Talk to the leakhook recorder from inside the recorded program.
//
//     #include <leakhook/leakhook.h>
//     leakhook_snapshot("after warm-up");   // a labelled point in the report
//
// Nothing to link. When the program runs without libleakhook.so, every function does nothing and returns 0.
// C99 and C++, GCC and Clang, on ELF systems.
#ifndef LEAKHOOK_LEAKHOOK_H
#define LEAKHOOK_LEAKHOOK_H

#if !defined(__GNUC__) || !defined(__ELF__)
#error "leakhook.h needs GCC or Clang on an ELF system"
#endif

#include "window_types.h"

#ifdef __cplusplus
extern "C" {
#endif

// What libleakhook.so exports. Call the functions further below instead.
__attribute__((__weak__)) int leakhook_api_snapshot(const char* label);
__attribute__((__weak__)) int leakhook_api_snapshot_graph(const char* label);
__attribute__((__weak__)) int leakhook_api_pause(void);
__attribute__((__weak__)) int leakhook_api_resume(void);
__attribute__((__weak__)) int leakhook_api_is_active(void);
__attribute__((__weak__)) int leakhook_api_window_open(int flags);
__attribute__((__weak__)) int leakhook_api_window_stop(int window);
__attribute__((__weak__)) int leakhook_api_window_close(int window);
__attribute__((__weak__)) int leakhook_api_window_read(int window, void* counts, size_t size);
__attribute__((__weak__)) size_t leakhook_api_window_blocks(int window, void* blocks, size_t size,
                                                            size_t capacity);
__attribute__((__weak__)) int leakhook_api_track_object(const void* object, const char* name);

// The address of a weak function, or null. Position-dependent code would hold the address as a constant, and
// the linker would make it 0 for good; an entry of the global offset table is filled when the program starts.
#if defined(__x86_64__)
#define LEAKHOOK_FIND_(function, result) \
  __asm__(".weak " #function "\n\tmovq " #function "@GOTPCREL(%%rip), %0" : "=r"(result))
#elif defined(__aarch64__)
#define LEAKHOOK_FIND_(function, result)                                                                \
  __asm__(".weak " #function "\n\tadrp %0, :got:" #function "\n\tldr %0, [%0, :got_lo12:" #function "]" \
          : "=r"(result))
#else
#define LEAKHOOK_FIND_(function, result) ((result) = &(function))
#endif

// For leakhook_snapshot: also look which blocks are reachable, and from where. The program is stopped for as long as
// the kernel needs to copy its page tables (some 30 ms a gigabyte); an earlier graph that is still being
// written is waited for.
#define LEAKHOOK_GRAPH 1

static inline int leakhook_snapshot_with_(const char* label, int flags) {
  int (*function)(const char*);
  if (flags & LEAKHOOK_GRAPH) {
    LEAKHOOK_FIND_(leakhook_api_snapshot_graph, function);
  } else {
    LEAKHOOK_FIND_(leakhook_api_snapshot, function);
  }
  return function ? function(label) : 0;
}

// leakhook_snapshot(label) or leakhook_snapshot(label, LEAKHOOK_GRAPH):
// puts a labelled snapshot into the trace: the report shows the heap of this moment and what changed between
// any two of them. The label is copied. Returns 1 when recorded.
#define leakhook_snapshot(...) LEAKHOOK_SNAPSHOT_(__VA_ARGS__, 0, 0)
#define LEAKHOOK_SNAPSHOT_(label, flags, ...) leakhook_snapshot_with_((label), (flags))

// Stops recording allocations until leakhook_resume, in all threads. Returns 1 when done.
static inline int leakhook_pause(void) {
  int (*function)(void);
  LEAKHOOK_FIND_(leakhook_api_pause, function);
  return function ? function() : 0;
}

// Goes on after leakhook_pause. Returns 1 when done.
static inline int leakhook_resume(void) {
  int (*function)(void);
  LEAKHOOK_FIND_(leakhook_api_resume, function);
  return function ? function() : 0;
}

// 1 while allocations are recorded: the library is present, recording and not paused.
static inline int leakhook_is_active(void) {
  int (*function)(void);
  LEAKHOOK_FIND_(leakhook_api_is_active, function);
  return function ? function() : 0;
}

// A window counts and remembers the heap blocks that are made while it is open, by all threads or by the
// calling one, for the program to ask: what did this piece of work leave behind?
//
//     int window = leakhook_window_open(0);
//     handle_request();
//     struct leakhook_counts counts;
//     if (leakhook_window_read(window, &counts)) check(counts.live_bytes < 4096);
//     leakhook_window_close(window);
//
// Windows nest and overlap; 32 may be open in a process. Any thread may call any of the functions, but none
// from a signal handler. None allocates. While a window is open, an allocation costs some hundred nanoseconds
// more and its block 0.4 KB of memory until it is freed; while none is, nothing. A block that realloc replaces
// is made anew. Nothing is seen while recording is paused, and a process that is recorded as a sample has no
// windows. A forked child has none of its parent's. C++: leakhook/scope.h; GoogleTest: leakhook/gtest.h.

// For leakhook_window_open: only what the calling thread makes, whoever frees it.
#define LEAKHOOK_THIS_THREAD 1

// Returns the window, or 0: no library, not recording, or too many windows. 0 is no window for the others.
static inline int leakhook_window_open(int flags) {
  int (*function)(int);
  LEAKHOOK_FIND_(leakhook_api_window_open, function);
  return function ? function(flags) : 0;
}

// What is made from now on is not in the window; what is freed still leaves it. So the caller can make room
// for what it is about to read. Returns 1 when there is such a window, like the next two.
static inline int leakhook_window_stop(int window) {
  int (*function)(int);
  LEAKHOOK_FIND_(leakhook_api_window_stop, function);
  return function ? function(window) : 0;
}

static inline int leakhook_window_close(int window) {
  int (*function)(int);
  LEAKHOOK_FIND_(leakhook_api_window_close, function);
  return function ? function(window) : 0;
}

// Fills *counts; all zero where there is no such window.
static inline int leakhook_window_read(int window, struct leakhook_counts* counts) {
  int (*function)(int, void*, size_t);
  const struct leakhook_counts nothing = {0, 0, 0, 0, 0, 0};
  *counts = nothing;
  LEAKHOOK_FIND_(leakhook_api_window_read, function);
  return function ? function(window, counts, sizeof(*counts)) : 0;
}

// Fills blocks[0..capacity) with live blocks of the window, in no order; returns how many there are, which may be
// more. blocks may be null where capacity is 0.
static inline size_t leakhook_window_blocks(int window, struct leakhook_block* blocks, size_t capacity) {
  size_t (*function)(int, void*, size_t, size_t);
  LEAKHOOK_FIND_(leakhook_api_window_blocks, function);
  return function ? function(window, blocks, sizeof(*blocks), capacity) : 0;
}

// Gives the block that begins at `object` a name, which must outlive all windows (a string literal): windows tell it
// with the block. Returns 1 when a window holds the block.
static inline int leakhook_track_object(const void* object, const char* name) {
  int (*function)(const void*, const char*);
  LEAKHOOK_FIND_(leakhook_api_track_object, function);
  return function ? function(object, name) : 0;
}

#undef LEAKHOOK_FIND_

#ifdef __cplusplus
}
#endif

#endif
