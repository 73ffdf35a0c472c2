// dlopen variants whose outcome an interposer can change: the main program, a missing library with its error
// text, RTLD_NOLOAD, reference counts.
#include <dlfcn.h>

#include "known.h"

int main(void) {
  printf("self %d\n", dlopen(NULL, RTLD_NOW) != NULL);
  printf("missing %d\n", dlopen("libno-such-library.so", RTLD_NOW) != NULL);
  printf("%s\n", dlerror());
  printf("not loaded %d\n", dlopen("libutil.so.1", RTLD_NOW | RTLD_NOLOAD) != NULL);
  void* first = dlopen("libutil.so.1", RTLD_NOW | RTLD_LOCAL);
  void* second = dlopen("libutil.so.1", RTLD_NOW | RTLD_LOCAL);
  printf("same %d\n", first == second);
  printf("close %d %d\n", dlclose(first), dlclose(second));
  printf("gone %d\n", dlopen("libutil.so.1", RTLD_NOW | RTLD_NOLOAD) == NULL);
  leak_known(3, 312);
  return 0;
}
