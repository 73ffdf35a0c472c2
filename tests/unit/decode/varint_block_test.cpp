#include "decode/varint_block.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace leak::scan {
namespace {

std::vector<std::uint64_t> mixed_integers(std::uint32_t seed, std::size_t count, unsigned most_bits) {
  std::mt19937_64 random(seed);
  std::vector<std::uint64_t> integers;
  for (std::size_t i = 0; i != count; ++i)
    integers.push_back(random() >> (64 - most_bits) >> random() % most_bits);
  return integers;
}

std::vector<std::uint8_t> coded(const std::vector<std::uint64_t>& integers) {
  std::vector<std::uint8_t> bytes;
  for (const std::uint64_t integer : integers) {
    std::uint8_t one[trace::kMaxVarintBytes];
    bytes.insert(bytes.end(), one, trace::put_varint(one, integer));
  }
  return bytes;
}

TEST(VarintBlock, ReadsWhatWasWritten) {
  for (const unsigned most_bits : {7U, 9U, 20U, 64U}) {
    const std::vector<std::uint64_t> integers = mixed_integers(most_bits, 3000, most_bits);
    const std::vector<std::uint8_t> bytes = coded(integers);
    const std::uint8_t* cursor = bytes.data();
    std::vector<std::uint64_t> read(integers.size());
    // In two parts: the second goes on where the first ended.
    ASSERT_TRUE(get_varints(cursor, bytes.data() + bytes.size(), read.data(), 1001));
    ASSERT_TRUE(get_varints(cursor, bytes.data() + bytes.size(), read.data() + 1001, 1999));
    EXPECT_EQ(read, integers);
    EXPECT_EQ(cursor, bytes.data() + bytes.size());
  }
}

TEST(VarintBlock, RefusesWhatEndsEarly) {
  const std::vector<std::uint8_t> bytes = coded(mixed_integers(1, 100, 30));
  for (std::size_t length = 0; length != bytes.size(); ++length) {
    std::vector<std::uint64_t> read(100);
    const std::vector<std::uint8_t> cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(length));
    const std::uint8_t* cursor = cut.data();
    EXPECT_FALSE(get_varints(cursor, cut.data() + cut.size(), read.data(), read.size()));
  }
}

TEST(VarintBlock, RefusesMoreThan64Bits) {
  for (const std::size_t run : {10U, 11U, 64U, 200U}) {
    std::vector<std::uint8_t> bytes(run, 0xff);
    bytes.resize(bytes.size() + 100);
    const std::uint8_t* cursor = bytes.data();
    std::uint64_t read = 0;
    EXPECT_FALSE(get_varints(cursor, bytes.data() + bytes.size(), &read, 1)) << run;
  }
}

}  // namespace
}  // namespace leak::scan
