// Built twice, with frames of different size at the same addresses: who believes the other one's call frame
// information goes astray.
#include <string.h>

#include "shadow_stack.h"

__attribute__((noinline)) static void inner(void (*callback)(void)) {
  const int before = SHADOW_ENTER();
  volatile char room[FRAME_BYTES];
  room[0] = 1;
  callback();
  room[FRAME_BYTES - 1] = room[0];
  shadow_leave(before);
}

void plugin_call(void (*callback)(void)) {
  const int before = SHADOW_ENTER();
  volatile char room[3 * FRAME_BYTES];
  room[0] = 1;
  inner(callback);
  room[3 * FRAME_BYTES - 1] = room[0];
  shadow_leave(before);
}
