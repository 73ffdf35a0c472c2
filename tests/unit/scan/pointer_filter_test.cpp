#include "scan/pointer_filter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <random>
#include <vector>

#include "scan/encoded_filter.h"

namespace leak::hook {
namespace {

std::vector<std::uintptr_t> places(PointerFilter filter, const AddressRange* ranges,
                                   const std::vector<std::uint64_t>& words, std::size_t count) {
  std::vector<Candidate> found(words.size());
  found.resize(filter(ranges, words.data(), count, found.data()));
  std::vector<std::uintptr_t> result;
  for (const Candidate& candidate : found) {
    EXPECT_EQ(candidate.value, *reinterpret_cast<const std::uint64_t*>(candidate.where));
    result.push_back(candidate.where);
  }
  return result;
}

TEST(PointerFilter, VectorsFindWhatTheLoopFinds) {
  const AddressRange ranges[2] = {{0x1000, 0x2000}, {0x7fff00000000, 0xffffffffffffff00}};
  const std::uint64_t edges[] = {0,
                                 0xfff,
                                 0x1000,
                                 0x1fff,
                                 0x2000,
                                 0x7ffeffffffff,
                                 0x7fff00000000,
                                 0x8000000000000000,
                                 0xfffffffffffffeff,
                                 0xffffffffffffff00,
                                 ~std::uint64_t{0}};
  std::mt19937_64 random(3);
  std::vector<std::uint64_t> words(200);
  for (std::uint64_t& word : words) word = edges[random() % std::size(edges)];
  for (std::size_t count = 0; count != words.size(); ++count) {
    const auto expected = places(pointer_filter(FilterKind::kScalar), ranges, words, count);
    EXPECT_EQ(places(pointer_filter(FilterKind::kAvx2), ranges, words, count), expected);
    EXPECT_EQ(places(pointer_filter(FilterKind::kAvx512), ranges, words, count), expected);
  }
  const AddressRange none[2] = {};
  EXPECT_TRUE(places(pointer_filter(), none, words, words.size()).empty());
}

// As the search asks: chunk by chunk.
std::vector<std::uintptr_t> hits(FilterKind kind, const EncodedQuery& query, std::uintptr_t begin,
                                 std::uintptr_t end) {
  constexpr std::uintptr_t kChunkBytes = 1024;
  std::vector<std::uintptr_t> found, of_chunk(kChunkBytes / 8);
  for (std::uintptr_t at = begin; at < end; at += kChunkBytes) {
    const std::uintptr_t stop = std::min(at + kChunkBytes, end);
    const std::size_t count = encoded_filter(kind)(query, at, stop, end, of_chunk.data());
    found.insert(found.end(), of_chunk.begin(), of_chunk.begin() + static_cast<std::ptrdiff_t>(count));
  }
  return found;
}

// Vectors test roughly: they may find more, never less.
TEST(EncodedFilter, VectorsFindWhatTheLoopFinds) {
  const AddressRange targets{0x555500001000, 0x555500009000};
  std::mt19937_64 random(4);
  std::vector<std::uint8_t> bytes(4096);
  const std::uintptr_t begin = reinterpret_cast<std::uintptr_t>(bytes.data());
  for (int round = 0; round != 400; ++round) {
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random());
    const EncodedQuery query{targets, random()};
    const std::size_t at = random() % 4000 / 8 * 8;
    const std::uint64_t target = targets.begin + random() % targets.bytes();
    const std::uint64_t mixed = target ^ query.pointer_guard;
    const std::uint64_t forms[] = {target | std::uint64_t{1} << 60, target, mixed << 17 | mixed >> 47,
                                   target - (begin + at), target & 0xffffffff};
    const std::size_t form = random() % std::size(forms);
    std::memcpy(bytes.data() + at + (form == 1 ? 1 + random() % 7 : 0), &forms[form], 8);
    const auto by_loop = hits(FilterKind::kScalar, query, begin, begin + bytes.size());
    EXPECT_TRUE(std::binary_search(by_loop.begin(), by_loop.end(), begin + at)) << form;
    const auto by_vectors = hits(FilterKind::kAvx2, query, begin, begin + bytes.size());
    EXPECT_TRUE(std::includes(by_vectors.begin(), by_vectors.end(), by_loop.begin(), by_loop.end())) << form;
    EXPECT_LT(by_vectors.size(), 10U);
  }
}

}  // namespace
}  // namespace leak::hook
