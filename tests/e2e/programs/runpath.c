// The loader resolves dlopen by the RUNPATH of the library that calls it, also through an interposer.
#include "known.h"

int runpath_library_run(void);

int main(void) {
  printf("%d\n", runpath_library_run());
  return 0;
}
