// One of two libraries of the same size that get loaded at the same address, one after the other.
#include "known.h"

DEFINE_LEAK(leak_in_plugin_a)

void plugin_run(void) { leak_in_plugin_a(40, 280); }
