// Loads plugin a, runs it, unloads it, and does the same with plugin b, 20 times: b lands where a was.
#include <dlfcn.h>

#include "known.h"

static void run(const char* path) {
  void* library = dlopen(path, RTLD_NOW);
  if (library == NULL) puts(dlerror());
  require(library != NULL, "dlopen");
  ((void (*)(void))dlsym(library, "plugin_run"))();
  require(dlclose(library) == 0, "dlclose");
}

int main(int argc, char** argv) {
  require(argc == 3, "usage: dlopen_same_address A B");
  for (int i = 0; i < 20; ++i) {
    run(argv[1]);
    run(argv[2]);
  }
  return 0;
}
