#include "sys/clock.h"

namespace leak::sys {

constinit std::atomic<bool> g_use_counter{false};
constinit std::atomic<std::uint64_t> g_tick_counter{0};

}  // namespace leak::sys
