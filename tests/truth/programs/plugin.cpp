// A library that keeps a block in a global variable; loaded by library_globals and library_unloaded.
#include <cstdlib>

namespace {

[[gnu::used]] void* g_block;
[[gnu::used]] thread_local void* t_block;

}  // namespace

extern "C" void plugin_keep() { g_block = std::malloc(100); }
extern "C" void plugin_forget() {
  std::free(g_block);
  g_block = nullptr;
}

// The same in memory that each thread has for itself, of the kind that is allocated at first use.
extern "C" void plugin_keep_in_thread() { t_block = std::malloc(100); }
