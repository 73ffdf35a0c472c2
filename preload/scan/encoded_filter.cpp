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
  if (word + kLeastDistance > 2 * kLeastDistance && targets.contains(word + address)) return true;
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

std::uintptr_t filter_scalar(const EncodedQuery& query, std::uintptr_t address, std::uintptr_t end) noexcept {
  while (address + 8 <= end && !is_worth_a_look(query, address, end)) address += 8;
  return address + 8 <= end ? address : end;
}

#if defined(__x86_64__)

constexpr std::uint64_t kSign = std::uint64_t{1} << 63;

__attribute__((target("avx2"))) inline __m256i all(std::uint64_t value) noexcept {
  return _mm256_set1_epi64x(static_cast<long long>(value));
}

__attribute__((target("avx2"))) inline __m256i load_words(std::uintptr_t address) noexcept {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(address));
}

// EncodedQuery::may_be_low_half() of each dword, as its highest bit spread over all.
__attribute__((target("avx2"))) inline __m256i may_be_low_halves(const EncodedQuery& query,
                                                                 __m256i dwords) noexcept {
  const __m256i place = _mm256_and_si256(_mm256_srli_epi32(dwords, 9),
                                         _mm256_set1_epi32(static_cast<int>(query.start_words - 1)));
  const __m256i bits = _mm256_i32gather_epi32(reinterpret_cast<const int*>(query.starts), place, 4);
  const __m256i number = _mm256_and_si256(_mm256_srli_epi32(dwords, 4), _mm256_set1_epi32(31));
  const __m256i bit = _mm256_slli_epi32(_mm256_srlv_epi32(bits, number), 31);
  return _mm256_srai_epi32(bit, 31);
}

// 32 bytes at a time, with the 7 after them.
__attribute__((target("avx2"))) std::uintptr_t filter_avx2(const EncodedQuery& query, std::uintptr_t address,
                                                           std::uintptr_t end) noexcept {
  constexpr std::uint32_t kSign32 = std::uint32_t{1} << 31;
  const std::uint64_t upper_half = query.targets.begin >> 32;
  // Unsigned comparison in signed words: both sides moved down by half their range.
  const __m256i offset = all(kSign - query.targets.begin);
  const __m256i bytes = all(kSign + query.targets.bytes());
  const __m256i low =
      _mm256_set1_epi32(static_cast<int>(kSign32 - static_cast<std::uint32_t>(query.targets.begin)));
  const __m256i low_bytes =
      _mm256_set1_epi32(static_cast<int>(kSign32 + static_cast<std::uint32_t>(query.targets.bytes())));
  const __m256i fifth = _mm256_set1_epi8(static_cast<char>(upper_half));
  const __m256i sixth = _mm256_set1_epi8(static_cast<char>(upper_half >> 8));
  const __m256i unaligned_starts = all(~std::uint64_t{0xff});
  const __m256i tag_and_upper = all(0xffff00000000);
  const __m256i upper = all(upper_half << 32);
  // What the upper half becomes where it ends up when the C library mangles it.
  const std::uint64_t mangled_upper = (upper_half << 32 ^ query.pointer_guard) & 0xffffffff00000000;
  const __m256i mangled = all(mangled_upper << 17 | mangled_upper >> 47);
  const __m256i mangled_mask = all(0xffffffff00000000 << 17 | 0xffffffff00000000 >> 47);
  const __m256i lanes = _mm256_setr_epi64x(0, 8, 16, 24);
  for (; address + 39 <= end; address += 32) {
    __builtin_prefetch(
        reinterpret_cast<const void*>(address + 2048));  // the processor's look-ahead ends with a page
    const __m256i words = load_words(address);
    const __m256i untagged = _mm256_cmpeq_epi64(_mm256_srli_epi64(words, 48), _mm256_setzero_si256());
    const __m256i tagged = _mm256_cmpeq_epi64(_mm256_and_si256(words, tag_and_upper), upper);
    __m256i hits = _mm256_andnot_si256(untagged, tagged);
    hits = _mm256_or_si256(hits, _mm256_cmpeq_epi64(_mm256_and_si256(words, mangled_mask), mangled));
    const __m256i far = _mm256_cmpgt_epi64(_mm256_add_epi64(words, all(kSign + kLeastDistance)),
                                           all(kSign + 2 * kLeastDistance));
    const __m256i sums = _mm256_add_epi64(words, _mm256_add_epi64(all(address), lanes));
    const __m256i near = _mm256_cmpgt_epi64(bytes, _mm256_add_epi64(sums, offset));
    hits = _mm256_or_si256(hits, _mm256_and_si256(far, near));
    const __m256i halves = _mm256_cmpgt_epi32(low_bytes, _mm256_add_epi32(words, low));
    // Whole pointers, by far the most frequent of such low halves, are none.
    const __m256i whole = _mm256_cmpeq_epi64(_mm256_srli_epi64(words, 32), all(upper_half));
    __m256i parts = _mm256_andnot_si256(whole, halves);
    if (_mm256_movemask_epi8(parts) != 0) parts = _mm256_and_si256(parts, may_be_low_halves(query, words));
    hits = _mm256_or_si256(hits, parts);
    unsigned mask = static_cast<unsigned>(_mm256_movemask_epi8(hits));
    // The upper half of a pointer that begins at any of these 32 bytes but the first of a word.
    const __m256i zeros = _mm256_setzero_si256();
    __m256i tails = _mm256_cmpeq_epi8(load_words(address + 4), fifth);
    tails = _mm256_and_si256(tails, _mm256_cmpeq_epi8(load_words(address + 5), sixth));
    tails = _mm256_and_si256(tails, _mm256_cmpeq_epi8(load_words(address + 6), zeros));
    tails = _mm256_and_si256(tails, _mm256_cmpeq_epi8(load_words(address + 7), zeros));
    tails = _mm256_and_si256(tails, unaligned_starts);
    mask |= static_cast<unsigned>(_mm256_movemask_epi8(tails));
    if (mask != 0) return address + (static_cast<unsigned>(__builtin_ctz(mask)) & ~7U);
  }
  return filter_scalar(query, address, end);
}

__attribute__((target("avx512f,avx512bw"))) inline __m512i all_wide(std::uint64_t value) noexcept {
  return _mm512_set1_epi64(static_cast<long long>(value));
}

__attribute__((target("avx512f,avx512bw"))) inline __m512i load_wide(std::uintptr_t address) noexcept {
  return _mm512_loadu_si512(reinterpret_cast<const void*>(address));
}

// EncodedQuery::may_be_low_half() of the dwords in `which`. Masked forms throughout: g++ 12 warns of the
// others.
__attribute__((target("avx512f,avx512bw"))) inline unsigned may_be_low_halves(const EncodedQuery& query,
                                                                              __m512i dwords,
                                                                              unsigned which) noexcept {
  const __mmask16 mask = static_cast<__mmask16>(which);
  const __m512i place = _mm512_and_si512(_mm512_maskz_srli_epi32(mask, dwords, 9),
                                         _mm512_set1_epi32(static_cast<int>(query.start_words - 1)));
  const __m512i bits = _mm512_mask_i32gather_epi32(_mm512_setzero_si512(), mask, place, query.starts, 4);
  const __m512i number = _mm512_and_si512(_mm512_maskz_srli_epi32(mask, dwords, 4), _mm512_set1_epi32(31));
  return _mm512_test_epi32_mask(bits, _mm512_maskz_sllv_epi32(mask, _mm512_set1_epi32(1), number));
}

// 64 bytes at a time, with the 7 after them.
__attribute__((target("avx512f,avx512bw"))) std::uintptr_t filter_avx512(const EncodedQuery& query,
                                                                         std::uintptr_t address,
                                                                         std::uintptr_t end) noexcept {
  const std::uint64_t upper_half = query.targets.begin >> 32;
  const std::uint32_t low_half = static_cast<std::uint32_t>(query.targets.begin);
  const __m512i begin = all_wide(query.targets.begin);
  const __m512i bytes = all_wide(query.targets.bytes());
  const __m512i low = _mm512_set1_epi32(static_cast<int>(low_half));
  const __m512i low_bytes = _mm512_set1_epi32(static_cast<int>(query.targets.bytes()));
  const __m512i upper_dword = _mm512_set1_epi32(static_cast<int>(upper_half));
  const __m512i tag_and_upper = all_wide(0xffff00000000);
  const __m512i tag = all_wide(0xffff000000000000);
  const __m512i upper = all_wide(upper_half << 32);
  const std::uint64_t mangled_upper = (upper_half << 32 ^ query.pointer_guard) & 0xffffffff00000000;
  const __m512i mangled = all_wide(mangled_upper << 17 | mangled_upper >> 47);
  const __m512i mangled_mask = all_wide(0xffffffff00000000 << 17 | 0xffffffff00000000 >> 47);
  const __m512i least = all_wide(kLeastDistance);
  const __m512i twice_least = all_wide(2 * kLeastDistance);
  const __m512i lanes = _mm512_setr_epi64(0, 8, 16, 24, 32, 40, 48, 56);
  for (; address + 71 <= end; address += 64) {
    __builtin_prefetch(reinterpret_cast<const void*>(address + 2048));
    const __m512i words = load_wide(address);
    // Where the dword 4 bytes on is the upper half, a pointer begins: a plain one, at a word's first byte.
    const unsigned ahead = _mm512_cmpeq_epi32_mask(load_wide(address + 4), upper_dword);
    const unsigned unaligned = (ahead & 0xaaaa) |
                               _mm512_cmpeq_epi32_mask(load_wide(address + 5), upper_dword) |
                               _mm512_cmpeq_epi32_mask(load_wide(address + 6), upper_dword) |
                               _mm512_cmpeq_epi32_mask(load_wide(address + 7), upper_dword);
    const unsigned whole = (ahead & 0x5555) * 3;
    unsigned halves = _mm512_cmplt_epu32_mask(_mm512_sub_epi32(words, low), low_bytes);
    halves &= ~whole;
    if (halves != 0) halves = may_be_low_halves(query, words, halves);
    __mmask8 hits = _mm512_mask_cmpeq_epi64_mask(_mm512_test_epi64_mask(words, tag),
                                                 _mm512_and_si512(words, tag_and_upper), upper);
    hits |= _mm512_cmpeq_epi64_mask(_mm512_and_si512(words, mangled_mask), mangled);
    const __mmask8 far = _mm512_cmpgt_epu64_mask(_mm512_add_epi64(words, least), twice_least);
    const __m512i sums = _mm512_add_epi64(words, _mm512_add_epi64(all_wide(address), lanes));
    hits |= _mm512_mask_cmplt_epu64_mask(far, _mm512_sub_epi64(sums, begin), bytes);
    // Two bits for each word.
    const unsigned parts = unaligned | halves;
    if ((parts | hits) == 0) continue;
    const unsigned first = static_cast<unsigned>(__builtin_ctz(parts | 1U << 16)) / 2;
    const unsigned first_hit = static_cast<unsigned>(__builtin_ctz(hits | 1U << 8));
    return address + 8 * (first < first_hit ? first : first_hit);
  }
  return filter_scalar(query, address, end);
}

#endif

}  // namespace

EncodedFilter encoded_filter(FilterKind best) noexcept {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (best >= FilterKind::kAvx512 && __builtin_cpu_supports("avx512bw")) return filter_avx512;
  if (best >= FilterKind::kAvx2 && __builtin_cpu_supports("avx2")) return filter_avx2;
#else
  static_cast<void>(best);
#endif
  return filter_scalar;
}

}  // namespace leak::hook
