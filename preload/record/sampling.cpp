#include "record/sampling.h"

#include <bit>

#include "sys/clock.h"
#include "sys/pages.h"
#include "sys/spin_lock.h"

namespace leak::hook {

constinit std::atomic<std::uint64_t> g_sample_bytes{0};

namespace {

constexpr std::size_t kFilterBytes = 64U << 10;
constexpr std::uint8_t kStuck = 255;  // a counter that was full once counts no more: it always says "perhaps"
constexpr std::size_t kFirstSetCapacity = 4096;

// How many sampled blocks share a hash. Written under g_lock, read without.
constinit std::atomic<std::uint8_t> g_filter[kFilterBytes] = {};
constinit sys::SpinLock g_lock;
// Open addressing; 0 is empty. A removed entry's followers are moved up, so that probing may stop at a gap.
constinit std::uintptr_t* g_set = nullptr;
constinit std::size_t g_set_capacity = 0;
constinit std::size_t g_set_count = 0;
constinit std::uint64_t g_seed = 0;
constinit std::atomic<std::uint64_t> g_seeded_threads{0};

std::uint64_t hash_of(std::uintptr_t address) noexcept { return (address >> 4) * 0x9e3779b97f4a7c15; }

std::atomic<std::uint8_t>& filter_of(std::uintptr_t address) noexcept {
  return g_filter[hash_of(address) >> 48 & (kFilterBytes - 1)];
}

std::uint64_t next_random(std::uint64_t& state) noexcept {  // xorshift64*, Vigna 2016
  state ^= state >> 12;
  state ^= state << 25;
  state ^= state >> 27;
  return state * 0x2545f4914f6cdd1d;
}

// ln(x) for x in (0, 1], to about 1e-7: exponent and an atanh series of the mantissa. We must not need libm.
double natural_log(double x) noexcept {
  const std::uint64_t bits = std::bit_cast<std::uint64_t>(x);
  const int exponent = static_cast<int>(bits >> 52) - 1023;
  const double mantissa = std::bit_cast<double>((bits & 0xfffffffffffff) | std::uint64_t{1023} << 52);
  const double z = (mantissa - 1) / (mantissa + 1);  // in [0, 1/3)
  const double square = z * z;
  const double series =
      1 + square * (1.0 / 3 + square * (1.0 / 5 + square * (1.0 / 7 + square * (1.0 / 9 + square / 11))));
  constexpr double kLn2 = 0.693147180559945309;
  return exponent * kLn2 + 2 * z * series;
}

// Distance to the next point: exponential with mean `mean`.
std::int64_t draw_distance(std::uint64_t& random, std::uint64_t mean) noexcept {
  constexpr double kScale = 1.0 / 9007199254740992.0;  // 2^-53
  const double uniform = (static_cast<double>(next_random(random) >> 11) + 1) * kScale;  // (0, 1]
  return static_cast<std::int64_t>(-natural_log(uniform) * static_cast<double>(mean)) + 1;
}

void seed(SamplePoint& point) noexcept {
  const std::uint64_t number = g_seeded_threads.fetch_add(1, std::memory_order_relaxed) + 1;
  point.random = (g_seed + number) * 0x9e3779b97f4a7c15 | 1;
  for (int i = 0; i != 4; ++i) next_random(point.random);  // neighbouring seeds drift apart
}

std::size_t home_of(std::uintptr_t address) noexcept { return hash_of(address) >> 20 & (g_set_capacity - 1); }

void put_locked(std::uintptr_t address) noexcept {
  std::size_t at = home_of(address);
  while (g_set[at] != 0) at = (at + 1) & (g_set_capacity - 1);
  g_set[at] = address;
}

// false: no memory.
bool make_room_locked() noexcept {
  if (g_set != nullptr && g_set_count * 2 < g_set_capacity) return true;
  const std::size_t capacity = g_set == nullptr ? kFirstSetCapacity : g_set_capacity * 2;
  void* memory = sys::map_pages(capacity * sizeof(std::uintptr_t));
  if (memory == nullptr) return g_set != nullptr && g_set_count + 1 < g_set_capacity;
  std::uintptr_t* const old_set = g_set;
  const std::size_t old_capacity = g_set_capacity;
  g_set = static_cast<std::uintptr_t*>(memory);
  g_set_capacity = capacity;
  for (std::size_t i = 0; i != old_capacity; ++i) {
    if (old_set[i] != 0) put_locked(old_set[i]);
  }
  if (old_set != nullptr) sys::unmap_pages(old_set, old_capacity * sizeof(std::uintptr_t));
  return true;
}

bool erase_locked(std::uintptr_t address) noexcept {
  if (g_set == nullptr) return false;
  std::size_t at = home_of(address);
  while (g_set[at] != address) {
    if (g_set[at] == 0) return false;
    at = (at + 1) & (g_set_capacity - 1);
  }
  for (std::size_t next = at;;) {
    next = (next + 1) & (g_set_capacity - 1);
    if (g_set[next] == 0) break;
    // Moves up unless its home lies behind the gap.
    const std::size_t from_home = (next - home_of(g_set[next])) & (g_set_capacity - 1);
    if (from_home >= ((next - at) & (g_set_capacity - 1))) {
      g_set[at] = g_set[next];
      at = next;
    }
  }
  g_set[at] = 0;
  return true;
}

}  // namespace

void start_sampling(std::uint64_t sample_bytes, std::uint64_t seed) noexcept {
  g_seed = seed != 0 ? seed : sys::read_cycle_counter();
  g_sample_bytes.store(sample_bytes, std::memory_order_relaxed);
}

void repair_sampling_after_fork() noexcept { g_lock.unlock(); }

bool take_sample(SamplePoint& point, std::size_t size) noexcept {
  // A block of no bytes would never be seen: it counts as one.
  const std::int64_t bytes = size == 0 ? 1 : static_cast<std::int64_t>(size & INT64_MAX);
  if (point.random != 0) [[likely]] {
    point.bytes_left -= bytes;
    if (point.bytes_left > 0) [[likely]] return false;
  } else {
    seed(point);
    point.bytes_left = draw_distance(point.random, g_sample_bytes.load(std::memory_order_relaxed)) - bytes;
    if (point.bytes_left > 0) return false;
  }
  // The process has no memory: after a point, the next distance starts anew behind this block.
  point.bytes_left = draw_distance(point.random, g_sample_bytes.load(std::memory_order_relaxed));
  return true;
}

void add_sampled_block(const void* block) noexcept {
  const std::uintptr_t address = reinterpret_cast<std::uintptr_t>(block);
  const sys::SpinGuard guard(g_lock);
  if (!make_room_locked()) return;  // its free will be missed: a block too many, in memory that is exhausted
  put_locked(address);
  ++g_set_count;
  std::atomic<std::uint8_t>& counter = filter_of(address);
  const std::uint8_t count = counter.load(std::memory_order_relaxed);
  // Not ordered against a free of this very block: whoever frees it got the address from us, after this.
  if (count != kStuck) counter.store(static_cast<std::uint8_t>(count + 1), std::memory_order_relaxed);
}

bool remove_sampled_block(const void* block) noexcept {
  const std::uintptr_t address = reinterpret_cast<std::uintptr_t>(block);
  std::atomic<std::uint8_t>& counter = filter_of(address);
  if (counter.load(std::memory_order_relaxed) == 0) [[likely]] return false;
  const sys::SpinGuard guard(g_lock);
  if (!erase_locked(address)) return false;
  --g_set_count;
  const std::uint8_t count = counter.load(std::memory_order_relaxed);
  if (count != kStuck) counter.store(static_cast<std::uint8_t>(count - 1), std::memory_order_relaxed);
  return true;
}

}  // namespace leak::hook
