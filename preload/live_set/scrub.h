// LEAKHOOK_SCRUB=1: a block's bytes are zeroed before it is freed. Without it, what an allocator hands out again still
// holds the pointers of its former owner, and each of them can make a lost block look reachable.
#pragma once

#include <cstddef>

namespace leak::hook {

extern constinit bool g_scrub;  // set once, before recording starts

// Zeroes the block, as large as it really is. Requires: g_scrub, and a block of the allocator behind us.
void scrub(void* block) noexcept;

// realloc with nothing left behind: a block that grows beyond its real size, or shrinks to less than half, is moved by
// us; in between the allocator keeps it in place, and what is cut off is zeroed first.
void* scrubbing_realloc(void* block, std::size_t size, void* (*real_malloc)(std::size_t),
                        void* (*real_realloc)(void*, std::size_t), void (*real_free)(void*)) noexcept;

}  // namespace leak::hook
