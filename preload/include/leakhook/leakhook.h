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

#ifdef __cplusplus
extern "C" {
#endif

// What libleakhook.so exports. Call the functions further below instead.
__attribute__((__weak__)) int leakhook_api_snapshot(const char* label);
__attribute__((__weak__)) int leakhook_api_snapshot_graph(const char* label);
__attribute__((__weak__)) int leakhook_api_pause(void);
__attribute__((__weak__)) int leakhook_api_resume(void);
__attribute__((__weak__)) int leakhook_api_is_active(void);

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

#undef LEAKHOOK_FIND_

#ifdef __cplusplus
}
#endif

#endif
