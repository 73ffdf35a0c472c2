// A program that allocates through a function of its own, from several places, one of which loses what it gets:
// allocation_wrapper leak|fixed.
#include <stdlib.h>
#include <string.h>

#define NOINLINE __attribute__((noinline))

static void* volatile g_sink;

NOINLINE static void* zmalloc(size_t bytes) {
  void* const block = malloc(bytes);
  if (block == NULL) abort();
  memset(block, 0, bytes);
  return block;
}

NOINLINE static void read_settings(void) { g_sink = zmalloc(300); }

NOINLINE static void serve_request(void) {
  void* const request = zmalloc(80);
  g_sink = request;
  free(request);
}

NOINLINE static void forget_answer(int fixed) {
  void* const answer = zmalloc(120);
  g_sink = answer;
  if (fixed) free(answer);
}

int main(int argc, char** argv) {
  const int fixed = argc == 2 && strcmp(argv[1], "fixed") == 0;
  for (int i = 0; i != 50; ++i) {
    serve_request();
    forget_answer(fixed);
  }
  read_settings();
  return 0;
}
