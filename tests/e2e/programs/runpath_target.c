// Can be found only by way of the RUNPATH of the library that asks for it.
#include "known.h"

DEFINE_LEAK(leak_in_runpath_target)

int runpath_target_run(void) {
  leak_in_runpath_target(6, 296);
  return 42;
}
