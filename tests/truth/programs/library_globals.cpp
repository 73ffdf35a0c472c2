// Only a global variable of a library that was loaded at run time knows the block.
#include <dlfcn.h>

#include <cstdlib>

#include "truth.h"

namespace {

void (*function(void* plugin, const char* name))() {
  return reinterpret_cast<void (*)()>(dlsym(plugin, name));
}

void work(bool fixed) {
  void* plugin = dlopen("libtruth_plugin.so", RTLD_NOW);
  if (plugin == nullptr) std::abort();
  function(plugin, "plugin_keep")();
  if (fixed) function(plugin, "plugin_forget")();
}

}  // namespace

int main(int argc, char** argv) { return run(argc, argv, work); }
