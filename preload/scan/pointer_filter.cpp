#include "scan/pointer_filter.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace leak::hook {

namespace {

inline std::size_t filter_words(const AddressRange* ranges, const std::uint64_t* words, std::size_t from,
                                std::size_t count, Candidate* out, std::size_t found) noexcept {
  for (std::size_t i = from; i != count; ++i) {
    const std::uint64_t value = words[i];
    if (ranges[0].contains(value) || ranges[1].contains(value)) {
      out[found++] = {value, reinterpret_cast<std::uintptr_t>(words + i)};
    }
  }
  return found;
}

std::size_t filter_scalar(const AddressRange* ranges, const std::uint64_t* words, std::size_t count,
                          Candidate* out) noexcept {
  return filter_words(ranges, words, 0, count, out, 0);
}

#if defined(__x86_64__)

inline std::size_t take(std::uint32_t mask, const std::uint64_t* words, Candidate* out,
                        std::size_t found) noexcept {
  for (; mask != 0; mask &= mask - 1) {
    const std::uint64_t* const word = words + __builtin_ctz(mask);
    out[found++] = {*word, reinterpret_cast<std::uintptr_t>(word)};
  }
  return found;
}

// Unsigned `value - begin < bytes`, with both sides moved down by 2^63: AVX2 compares signed words only.
struct Avx2Range {
  __m256i offset;
  __m256i bytes;
};

__attribute__((target("avx2"))) inline Avx2Range avx2_range(const AddressRange& range) noexcept {
  constexpr std::uint64_t kSign = std::uint64_t{1} << 63;
  return {_mm256_set1_epi64x(static_cast<long long>(kSign - range.begin)),
          _mm256_set1_epi64x(static_cast<long long>(kSign + range.bytes()))};
}

__attribute__((target("avx2"))) inline std::uint32_t avx2_mask(const Avx2Range& lower, const Avx2Range& upper,
                                                               const std::uint64_t* words) noexcept {
  const __m256i values = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(words));
  const __m256i in_lower = _mm256_cmpgt_epi64(lower.bytes, _mm256_add_epi64(values, lower.offset));
  const __m256i in_upper = _mm256_cmpgt_epi64(upper.bytes, _mm256_add_epi64(values, upper.offset));
  return static_cast<std::uint32_t>(
      _mm256_movemask_pd(_mm256_castsi256_pd(_mm256_or_si256(in_lower, in_upper))));
}

__attribute__((target("avx2"))) std::size_t filter_avx2(const AddressRange* ranges,
                                                        const std::uint64_t* words, std::size_t count,
                                                        Candidate* out) noexcept {
  const Avx2Range lower = avx2_range(ranges[0]);
  const Avx2Range upper = avx2_range(ranges[1]);
  std::size_t found = 0, i = 0;
  for (; i + 64 <= count; i += 64) {
    std::uint64_t mask = 0;
    for (unsigned k = 0; k != 64; k += 4) {
      if (k % 8 == 0) __builtin_prefetch(words + i + k + 1024);
      mask |= std::uint64_t{avx2_mask(lower, upper, words + i + k)} << k;
    }
    for (; mask != 0; mask &= mask - 1) {
      const std::uint64_t* const word = words + i + __builtin_ctzll(mask);
      out[found++] = {*word, reinterpret_cast<std::uintptr_t>(word)};
    }
  }
  for (; i + 4 <= count; i += 4) found = take(avx2_mask(lower, upper, words + i), words + i, out, found);
  return filter_words(ranges, words, i, count, out, found);
}

struct Avx512Range {
  __m512i begin;
  __m512i bytes;
};

__attribute__((target("avx512f"))) inline std::uint32_t avx512_mask(const Avx512Range& lower,
                                                                    const Avx512Range& upper,
                                                                    __m512i values) noexcept {
  const __mmask8 in_lower = _mm512_cmplt_epu64_mask(_mm512_sub_epi64(values, lower.begin), lower.bytes);
  const __mmask8 in_upper = _mm512_cmplt_epu64_mask(_mm512_sub_epi64(values, upper.begin), upper.bytes);
  return static_cast<std::uint32_t>(in_lower) | static_cast<std::uint32_t>(in_upper);
}

__attribute__((target("avx512f"))) inline Avx512Range avx512_range(const AddressRange& range) noexcept {
  return {_mm512_set1_epi64(static_cast<long long>(range.begin)),
          _mm512_set1_epi64(static_cast<long long>(range.bytes()))};
}

__attribute__((target("avx512f"))) std::size_t filter_avx512(const AddressRange* ranges,
                                                             const std::uint64_t* words, std::size_t count,
                                                             Candidate* out) noexcept {
  const Avx512Range lower = avx512_range(ranges[0]);
  const Avx512Range upper = avx512_range(ranges[1]);
  std::size_t found = 0, i = 0;
  for (; i + 16 <= count; i += 16) {
    // The processor's own look-ahead ends with each page.
    __builtin_prefetch(words + i + 256);
    __builtin_prefetch(words + i + 264);
    const std::uint32_t mask = avx512_mask(lower, upper, _mm512_loadu_si512(words + i)) |
                               avx512_mask(lower, upper, _mm512_loadu_si512(words + i + 8)) << 8;
    found = take(mask, words + i, out, found);
  }
  for (; i < count; i += 8) {
    const std::size_t left = count - i < 8 ? count - i : 8;
    const __mmask8 there = static_cast<__mmask8>((1U << left) - 1);
    const std::uint32_t mask = avx512_mask(lower, upper, _mm512_maskz_loadu_epi64(there, words + i)) & there;
    found = take(mask, words + i, out, found);
  }
  return found;
}

#endif

}  // namespace

PointerFilter pointer_filter(FilterKind best) noexcept {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (best >= FilterKind::kAvx512 && __builtin_cpu_supports("avx512f")) return filter_avx512;
  if (best >= FilterKind::kAvx2 && __builtin_cpu_supports("avx2")) return filter_avx2;
#else
  static_cast<void>(best);
#endif
  return filter_scalar;
}

}  // namespace leak::hook
