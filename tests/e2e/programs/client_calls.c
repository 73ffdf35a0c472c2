// Uses the client header: labelled snapshots around known leaks, and a pause.
#include <leakhook/leakhook.h>

#include "known.h"

DEFINE_LEAK(leak_first)
DEFINE_LEAK(leak_second)
DEFINE_LEAK(leak_while_paused)
DEFINE_LEAK(leak_after_pause)

int main(void) {
  leakhook_snapshot("start");
  leak_first(10, 1000);
  leakhook_snapshot("after first");
  leak_second(20, 1000);
  leakhook_snapshot("after second");
  leakhook_pause();
  leak_while_paused(30, 1000);
  leakhook_resume();
  leak_after_pause(40, 1000);
  leakhook_snapshot("end");
  return leakhook_is_active();
}
