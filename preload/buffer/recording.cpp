#include "buffer/recording.h"

namespace leak::hook {

constinit Recording g_recording;

}  // namespace leak::hook
