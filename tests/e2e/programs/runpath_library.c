// Opens a library by bare name; only this library's own RUNPATH says where it is.
#include <dlfcn.h>
#include <stddef.h>

int runpath_library_run(void) {
  void* library = dlopen("librunpath_target.so", RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) return -1;
  const int result = ((int (*)(void))dlsym(library, "runpath_target_run"))();
  return dlclose(library) == 0 ? result : -2;
}
