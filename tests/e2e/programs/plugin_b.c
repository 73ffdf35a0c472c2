// The other one of two libraries that get loaded at the same address.
#include "known.h"

DEFINE_LEAK(leak_in_plugin_b)

void plugin_run(void) { leak_in_plugin_b(50, 280); }
