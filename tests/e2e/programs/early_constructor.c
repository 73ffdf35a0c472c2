// A library that allocates in its constructor, before main and, when preloaded after the recorder, before the
// recorder's own constructor may have run.
#include "known.h"

DEFINE_LEAK(leak_in_constructor)

__attribute__((constructor)) static void start(void) {
  leak_in_constructor(17, 104);
  churn(200, 3000);
}
