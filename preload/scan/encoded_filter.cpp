#include "scan/encoded_filter.h"

#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace leak::hook {

namespace {

template <class T>
T load(std::uintptr_t address) noexcept {
  T value;
  std::memcpy(&value, reinterpret_cast<const void*>(address), sizeof(value));
  return value;
}

bool is_worth_a_look(const EncodedQuery& query, std::uintptr_t address, std::uintptr_t end) noexcept {
  const std::uint64_t word = load<std::uint64_t>(address);
  const AddressRange& targets = query.targets;
  if (word == 0 && end - address < 16) return false;
  if (word >> 48 != 0 && targets.contains(word & kAddressMask)) return true;
  if (targets.contains(unmangle(word, query.pointer_guard))) return true;
  const AddressRange near = {targets.begin, targets.end + kMostInside};
  if (is_far(word) && near.contains(word + address)) return true;
  for (unsigned shift = 1; shift != 8 && address + shift + 8 <= end; ++shift) {
    if (targets.contains(load<std::uint64_t>(address + shift))) return true;
  }
  const std::uint32_t low = static_cast<std::uint32_t>(targets.begin);
  const std::uint32_t bytes = static_cast<std::uint32_t>(targets.bytes());
  const auto is_half = [&](std::uint64_t half) {
    const std::uint32_t value = static_cast<std::uint32_t>(half);
    return value - low < bytes && query.may_be_low_half(value);
  };
  return is_half(word) || is_half(word >> 32);
}

std::size_t filter_words(const EncodedQuery& query, std::uintptr_t address, std::uintptr_t stop,
                         std::uintptr_t end, std::uintptr_t* out, std::size_t found) noexcept {
  for (; address < stop && address + 8 <= end; address += 8) {
    out[found] = address;
    found += is_worth_a_look(query, address, end) ? std::size_t{1} : 0;
  }
  return found;
}

std::size_t filter_scalar(const EncodedQuery& query, std::uintptr_t address, std::uintptr_t stop,
                          std::uintptr_t end, std::uintptr_t* out) noexcept {
  return filter_words(query, address, stop, end, out, 0);
}

#if defined(__x86_64__)

constexpr std::uint64_t kSign = std::uint64_t{1} << 63;

__attribute__((target("avx2"))) inline __m256i all(std::uint64_t value) noexcept {
  return _mm256_set1_epi64x(static_cast<long long>(value));
}

__attribute__((target("avx2"))) inline __m256i all_bytes(std::uint64_t value) noexcept {
  return _mm256_set1_epi8(static_cast<char>(value));
}

__attribute__((target("avx2"))) inline __m256i load_words(std::uintptr_t address) noexcept {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(address));
}

// EncodedQuery::may_be_low_half() of each aligned dword, as its highest bit spread over all.
__attribute__((target("avx2"))) inline __m256i may_be_low_halves(const EncodedQuery& query,
                                                                 __m256i dwords) noexcept {
  const __m256i place = _mm256_and_si256(_mm256_srli_epi32(dwords, 9),
                                         _mm256_set1_epi32(static_cast<int>(query.start_words - 1)));
  const __m256i bits = _mm256_i32gather_epi32(reinterpret_cast<const int*>(query.starts), place, 4);
  const __m256i number = _mm256_and_si256(_mm256_srli_epi32(dwords, 4), _mm256_set1_epi32(31));
  const __m256i bit = _mm256_slli_epi32(_mm256_srlv_epi32(bits, number), 31);
  return _mm256_srai_epi32(bit, 31);
}

// 32 bytes at a time, with the 5 after them.
__attribute__((target("avx2"))) std::size_t filter_avx2(const EncodedQuery& query, std::uintptr_t address,
                                                        std::uintptr_t stop, std::uintptr_t end,
                                                        std::uintptr_t* out) noexcept {
  constexpr std::uint32_t kSign32 = std::uint32_t{1} << 31;
  const AddressRange& targets = query.targets;
  const std::uint64_t upper_half = targets.begin >> 32;
  // Unsigned comparison in signed words: both sides moved down by half their range.
  const __m256i near_bytes = all(kSign + targets.bytes() + kMostInside);
  const __m256i low =
      _mm256_set1_epi32(static_cast<int>(kSign32 - static_cast<std::uint32_t>(targets.begin)));
  const __m256i low_bytes =
      _mm256_set1_epi32(static_cast<int>(kSign32 + static_cast<std::uint32_t>(targets.bytes())));
  // The upper three bytes of the lower half and those above tell where a pointer begins anywhere in a word.
  const std::uint64_t first_fourth = targets.begin >> 24 & 0xff;
  const __m256i fourth = all_bytes(first_fourth);
  const __m256i fourths = all_bytes(((targets.end - 1) >> 24 & 0xff) - first_fourth);
  const __m256i fifth = all_bytes(upper_half);
  const __m256i sixth = all_bytes(upper_half >> 8);
  const __m256i unaligned_starts = all(~std::uint64_t{0xff});
  const __m256i without_tag = all(0xffff);
  const __m256i upper = all(upper_half);
  // What the upper half becomes where it ends up when the C library mangles it.
  const std::uint64_t mangled_upper = (upper_half << 32 ^ query.pointer_guard) & 0xffffffff00000000;
  const __m256i mangled = all(mangled_upper << 17 | mangled_upper >> 47);
  const __m256i mangled_mask = all(0xffffffff00000000 << 17 | 0xffffffff00000000 >> 47);
  const __m256i least = all(kSign + kLeastDistance);
  const __m256i twice_least = all(kSign + 2 * kLeastDistance);
  const __m256i alignment = _mm256_set1_epi32(static_cast<int>(query.alignment_mask));
  const __m256i zeros = _mm256_setzero_si256();
  const __m256i step = all(32);
  __m256i places = _mm256_add_epi64(all(kSign - targets.begin + address), _mm256_setr_epi64x(0, 8, 16, 24));
  std::size_t found = 0;
  for (; address < stop && address + 37 <= end; address += 32) {
    // The processor's look-ahead ends with a page.
    __builtin_prefetch(reinterpret_cast<const void*>(address + 2048));
    const __m256i words = load_words(address);
    const __m256i uppers = _mm256_srli_epi64(words, 32);
    // Whole pointers, by far the most frequent of what has this upper half, are none.
    const __m256i whole = _mm256_cmpeq_epi64(uppers, upper);
    const __m256i tagged = _mm256_cmpeq_epi64(_mm256_and_si256(uppers, without_tag), upper);
    const __m256i halves = _mm256_cmpgt_epi32(low_bytes, _mm256_add_epi32(words, low));
    const __m256i aligned = _mm256_cmpeq_epi32(_mm256_and_si256(words, alignment), zeros);
    __m256i parts = _mm256_andnot_si256(whole, _mm256_and_si256(halves, aligned));
    if (_mm256_movemask_epi8(parts) != 0) parts = _mm256_and_si256(parts, may_be_low_halves(query, words));
    __m256i hits = _mm256_or_si256(_mm256_andnot_si256(whole, tagged), parts);
    hits = _mm256_or_si256(hits, _mm256_cmpeq_epi64(_mm256_and_si256(words, mangled_mask), mangled));
    const __m256i far = _mm256_cmpgt_epi64(_mm256_add_epi64(words, least), twice_least);
    const __m256i near = _mm256_cmpgt_epi64(near_bytes, _mm256_add_epi64(words, places));
    hits = _mm256_or_si256(hits, _mm256_and_si256(far, near));
    places = _mm256_add_epi64(places, step);
    const __m256i distance = _mm256_sub_epi8(load_words(address + 3), fourth);
    __m256i tails = _mm256_cmpeq_epi8(_mm256_min_epu8(distance, fourths), distance);
    tails = _mm256_and_si256(tails, _mm256_cmpeq_epi8(load_words(address + 4), fifth));
    tails = _mm256_and_si256(tails, _mm256_cmpeq_epi8(load_words(address + 5), sixth));
    hits = _mm256_or_si256(hits, _mm256_and_si256(tails, unaligned_starts));
    if (_mm256_testz_si256(hits, hits) != 0) continue;
    const __m256i quiet = _mm256_cmpeq_epi64(hits, zeros);
    unsigned mask = ~static_cast<unsigned>(_mm256_movemask_pd(_mm256_castsi256_pd(quiet))) & 15;
    for (; mask != 0; mask &= mask - 1)
      out[found++] = address + 8 * static_cast<unsigned>(__builtin_ctz(mask));
  }
  return filter_words(query, address, stop, end, out, found);
}

#endif

}  // namespace

EncodedFilter encoded_filter(FilterKind best) noexcept {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (best >= FilterKind::kAvx2 && __builtin_cpu_supports("avx2")) return filter_avx2;
#else
  static_cast<void>(best);
#endif
  return filter_scalar;
}

}  // namespace leak::hook
