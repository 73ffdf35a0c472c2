// For ctypes.
#include "planted.h"

void planted(void) { planted_request(); }
