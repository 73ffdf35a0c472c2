#include "record/sampling.h"

#include <bit>

#include "sys/clock.h"

namespace leak::hook {

constinit std::atomic<const SamplingPeriod*> g_sampling{nullptr};
constinit bool g_marks_recorded = false;
constinit LiveSet g_sample_marks;
constinit RecordedFilter g_recorded_filter;
constinit CodeRange g_allocator_code{0, 0};

namespace {

constexpr std::size_t kMostPeriods = 16;

constinit SamplingPeriod g_periods[kMostPeriods] = {};
constinit std::size_t g_period_count = 0;  // writer thread, or start-up
constinit std::uint64_t g_seed = 0;
constinit std::atomic<std::uint64_t> g_seeded_threads{0};

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

double uniform(std::uint64_t& random) noexcept {       // in (0, 1]
  constexpr double kScale = 1.0 / 9007199254740992.0;  // 2^-53
  return (static_cast<double>(next_random(random) >> 11) + 1) * kScale;
}

// Distance to the next point: exponential with mean `mean`.
std::int64_t draw_distance(std::uint64_t& random, std::uint64_t mean) noexcept {
  return static_cast<std::int64_t>(-natural_log(uniform(random)) * static_cast<double>(mean)) + 1;
}

void seed(SamplePoint& point) noexcept {
  const std::uint64_t number = g_seeded_threads.fetch_add(1, std::memory_order_relaxed) + 1;
  point.random = (g_seed + number) * 0x9e3779b97f4a7c15 | 1;
  for (int i = 0; i != 4; ++i) next_random(point.random);  // neighbouring seeds drift apart
}

// The process has no memory: behind a point, or where a rate begins, the next distance starts anew.
bool first_point_within(SamplePoint& point, std::int64_t bytes) noexcept {
  point.bytes_left = draw_distance(point.random, point.rate) - bytes;
  if (point.bytes_left > 0) return false;
  point.bytes_left = draw_distance(point.random, point.rate);
  return true;
}

// The thread's next point was drawn at another rate. Coarser now: each point of the old process stays with
// probability old/new, which makes it the new process exactly; until the first of them nothing has to be
// done.
[[gnu::noinline]] bool take_first_sample(SamplePoint& point, std::int64_t bytes,
                                         std::uint64_t rate) noexcept {
  const std::uint64_t old_rate = point.rate;
  if (point.random == 0) seed(point);
  if (old_rate == 0 || old_rate > rate) {
    point.rate = rate;
    return first_point_within(point, bytes);
  }
  const std::int64_t offset = point.bytes_left;
  point.bytes_left -= bytes;
  if (point.bytes_left > 0) return false;
  point.rate = rate;
  if (uniform(point.random) * static_cast<double>(rate) <= static_cast<double>(old_rate)) {
    point.bytes_left = draw_distance(point.random, rate);
    return true;
  }
  return first_point_within(point, bytes - offset);
}

bool take_sample(SamplePoint& point, std::size_t size, std::uint64_t rate) noexcept {
  const std::int64_t bytes = size == 0 ? 1 : static_cast<std::int64_t>(size & INT64_MAX);
  if (point.rate != rate) [[unlikely]]
    return take_first_sample(point, bytes, rate);
  point.bytes_left -= bytes;
  if (point.bytes_left > 0) return false;
  point.bytes_left = draw_distance(point.random, rate);
  return true;
}

void note_recorded(std::uintptr_t block) noexcept {
  if (!g_marks_recorded) return g_sample_marks.erase(block);
  if (g_sample_marks.contains(block)) return;  // its end was not seen
  g_recorded_filter.add(block);                // first: a mark without it would not be found
  g_sample_marks.insert(block);
}

}  // namespace

void prepare_sampling(unsigned spacing_shift, std::uint64_t seed) noexcept {
  g_seed = seed != 0 ? seed : sys::read_cycle_counter();
  g_sample_marks.enable(spacing_shift);
}

void mark_recorded_blocks() noexcept { g_marks_recorded = true; }

bool begin_sampling(std::uint64_t sample_bytes, std::uint64_t since) noexcept {
  if (g_period_count == kMostPeriods) return false;
  SamplingPeriod& period = g_periods[g_period_count++];
  period = {current_sample_bytes(), sample_bytes, since};
  g_sampling.store(&period, std::memory_order_release);  // pairs with choose_allocation
  return true;
}

void settle_sampling() noexcept { set_mode(kModeSamples); }

std::uint64_t current_sample_bytes() noexcept {
  const SamplingPeriod* const period = g_sampling.load(std::memory_order_relaxed);
  return period == nullptr ? 0 : period->sample_bytes;
}

void repair_sampling_after_fork() noexcept {
  const std::uint64_t rate = current_sample_bytes();
  g_period_count = 0;
  if (rate != 0) begin_sampling(rate, 0);
  g_periods[0].rate_before = rate;
  t_hook.sample_point = {};
}

bool choose_allocation(const void* block, std::size_t size, std::uint64_t ticks) noexcept {
  const SamplingPeriod* const period = g_sampling.load(std::memory_order_acquire);
  const std::uint64_t rate = ticks < period->since ? period->rate_before : period->sample_bytes;
  if (rate == 0) return true;  // no block is left out yet
  if (!take_sample(t_hook.sample_point, size, rate)) {
    note_left_out(block);
    return false;
  }
  note_recorded(reinterpret_cast<std::uintptr_t>(block));
  return true;
}

void forget_recorded(const void* block) noexcept {
  const std::uintptr_t address = reinterpret_cast<std::uintptr_t>(block);
  if (!g_marks_recorded || !g_sample_marks.contains(address)) return;
  g_sample_marks.erase(address);
  g_recorded_filter.remove(address);
}

}  // namespace leak::hook
