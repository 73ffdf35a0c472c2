// One buffer that only ever grows.
#include <cstdlib>

#include "truth.h"

namespace {

[[gnu::used]] char* g_log;

void work(bool fixed) {
  for (std::size_t lines = 1; lines <= 2'000; ++lines) {
    g_log = static_cast<char*>(std::realloc(g_log, lines * 1'024));
    std::memset(g_log + (lines - 1) * 1'024, 'l', 1'024);
  }
  if (fixed) std::free(g_log);
}

}  // namespace

int main(int argc, char** argv) { return run(argc, argv, work); }
