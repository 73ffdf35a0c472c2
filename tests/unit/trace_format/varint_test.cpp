#include "trace_format/varint.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <limits>
#include <vector>

namespace leak::trace {
namespace {

std::vector<std::uint8_t> encoded(std::uint64_t value) {
  std::array<std::uint8_t, kMaxVarintBytes> bytes{};
  return {bytes.data(), put_varint(bytes.data(), value)};
}

TEST(Varint, GoldenBytes) {
  EXPECT_EQ(encoded(0), (std::vector<std::uint8_t>{0x00}));
  EXPECT_EQ(encoded(127), (std::vector<std::uint8_t>{0x7f}));
  EXPECT_EQ(encoded(128), (std::vector<std::uint8_t>{0x80, 0x01}));
  EXPECT_EQ(encoded(300), (std::vector<std::uint8_t>{0xac, 0x02}));
  EXPECT_EQ(encoded(~std::uint64_t{0}).size(), kMaxVarintBytes);
}

TEST(Varint, RoundTripsEveryLength) {
  for (unsigned bit = 0; bit != 64; ++bit) {
    for (const std::uint64_t value : {std::uint64_t{1} << bit, (std::uint64_t{1} << bit) - 1}) {
      const std::vector<std::uint8_t> bytes = encoded(value);
      const std::uint8_t* cursor = bytes.data();
      std::uint64_t decoded = ~value;
      ASSERT_TRUE(get_varint(cursor, bytes.data() + bytes.size(), decoded));
      EXPECT_EQ(decoded, value);
      EXPECT_EQ(cursor, bytes.data() + bytes.size());
    }
  }
}

TEST(Varint, WritesTheSameBytesWithoutBranches) {
  for (unsigned bit = 0; bit != 64; ++bit) {
    const std::uint64_t power = std::uint64_t{1} << bit;
    for (const std::uint64_t value : {power - 1, power, power + 1, power * 0x5a5a5a5a, power | power >> 9}) {
      std::array<std::uint8_t, kMaxVarintBytes> bytes{};
      EXPECT_EQ((std::vector<std::uint8_t>{bytes.data(), put_varint_branchless(bytes.data(), value)}), encoded(value)) << value;
      EXPECT_EQ((std::vector<std::uint8_t>{bytes.data(), put_short_varint(bytes.data(), value)}), encoded(value)) << value;
    }
  }
}

TEST(Varint, RefusesEveryShorterInputAndLeavesTheCursor) {
  const std::vector<std::uint8_t> bytes = encoded(~std::uint64_t{0});
  for (std::size_t length = 0; length != bytes.size(); ++length) {
    const std::uint8_t* cursor = bytes.data();
    std::uint64_t value = 7;
    EXPECT_FALSE(get_varint(cursor, bytes.data() + length, value));
    EXPECT_EQ(cursor, bytes.data());
    EXPECT_EQ(value, 7U);
  }
}

TEST(Varint, RefusesMoreThan64Bits) {
  for (const std::uint8_t last : {std::uint8_t{0x02}, std::uint8_t{0x80}}) {
    std::vector<std::uint8_t> bytes(9, 0xff);
    bytes.push_back(last);
    bytes.push_back(0x00);
    const std::uint8_t* cursor = bytes.data();
    std::uint64_t value = 0;
    EXPECT_FALSE(get_varint(cursor, bytes.data() + bytes.size(), value));
  }
}

TEST(Varint, ZigzagKeepsSmallMagnitudesSmall) {
  EXPECT_EQ(zigzag(0), 0U);
  EXPECT_EQ(zigzag(-1), 1U);
  EXPECT_EQ(zigzag(1), 2U);
  EXPECT_EQ(zigzag(-2), 3U);
  for (const std::int64_t value : {std::numeric_limits<std::int64_t>::min(), std::int64_t{-1},
                                   std::int64_t{0}, std::numeric_limits<std::int64_t>::max()}) {
    EXPECT_EQ(unzigzag(zigzag(value)), value);
  }
}

}  // namespace
}  // namespace leak::trace
