// LEAKHOOK_SAMPLE_BYTES=R: not every allocation is recorded, but on average one per R bytes. Sampling points lie on
// the stream of allocated bytes as a Poisson process; a block is recorded if a point falls into it, that is with
// probability 1 - exp(-size/R), and the analyzer weighs it with the inverse. (The method of tcmalloc and
// jemalloc; jemalloc's PROFILING_INTERNALS.md derives the weights.)
//
// Frees: a filter of one byte per hash tells nearly all unsampled blocks from sampled ones; a set of addresses
// decides the rest.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace leak::hook {

// 0: every allocation is recorded.
extern constinit std::atomic<std::uint64_t> g_sample_bytes;

inline bool is_sampling() noexcept { return g_sample_bytes.load(std::memory_order_relaxed) != 0; }

// One per thread, zero-filled to start with.
struct SamplePoint {
  std::int64_t bytes_left;  // until the next sampling point
  std::uint64_t random;     // state of the generator; 0: not seeded
};

// Starts sampling, before recording does. seed 0: seeded by time.
void start_sampling(std::uint64_t sample_bytes, std::uint64_t seed) noexcept;

// Whether an allocation of `size` bytes is to be recorded.
bool take_sample(SamplePoint& point, std::size_t size) noexcept;

// A forked child: another thread of the parent may have been in here.
void repair_sampling_after_fork() noexcept;

// A sampled block came into being.
void add_sampled_block(const void* block) noexcept;

// The block ends. Whether it was a sampled one, which it then is no longer.
bool remove_sampled_block(const void* block) noexcept;

}  // namespace leak::hook
