// Which programs LEAKHOOK_ONLY means.
#pragma once

namespace leak::hook {

// `list`: patterns with "*" and "?", separated by commas; an empty one means all.
bool is_among_programs(const char* list, const char* name) noexcept;

}  // namespace leak::hook
