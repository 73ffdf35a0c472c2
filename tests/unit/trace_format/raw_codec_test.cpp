#include "trace_format/raw_codec.h"

#include <gtest/gtest.h>

#include <cstring>
#include <vector>

#include "support/event_samples.h"

namespace leak::trace {
namespace {

using Words = std::vector<std::uint64_t>;

Words encoded(const Event& event, const std::vector<std::uint32_t>& pc_ids) {
  Words words(raw_event_words_bound(event.push));
  std::uint64_t* const pcs = put_raw_event_head(words.data(), event);
  if (!pc_ids.empty()) std::memcpy(pcs, pc_ids.data(), pc_ids.size() * sizeof(std::uint32_t));
  words.resize(static_cast<std::size_t>(pcs - words.data()) + (event.push + 1) / 2);
  return words;
}

TEST(RawCodec, RoundTripsEveryOperation) {
  for (const test::SampleEvent& sample : test::sample_events()) {
    SCOPED_TRACE(name_of(sample.event.op));
    const Words words = encoded(sample.event, sample.pc_ids);
    const std::uint64_t* cursor = words.data();
    Event decoded;
    const std::uint32_t* pc_ids = nullptr;
    ASSERT_TRUE(get_raw_event(cursor, words.data() + words.size(), decoded, pc_ids));
    EXPECT_TRUE(test::same(decoded, sample.event));
    EXPECT_EQ(std::vector<std::uint32_t>(pc_ids, pc_ids + decoded.push), sample.pc_ids);
    EXPECT_EQ(cursor, words.data() + words.size());
  }
}

TEST(RawCodec, RefusesEveryShorterInput) {
  for (const test::SampleEvent& sample : test::sample_events()) {
    if (sample.event.push > 100) continue;
    const Words words = encoded(sample.event, sample.pc_ids);
    for (std::size_t length = 0; length != words.size(); ++length) {
      const std::uint64_t* cursor = words.data();
      Event decoded;
      const std::uint32_t* pc_ids = nullptr;
      EXPECT_FALSE(get_raw_event(cursor, words.data() + length, decoded, pc_ids));
      EXPECT_EQ(cursor, words.data());
    }
  }
}

TEST(RawCodec, GoldenWords) {
  Event event;
  event.op = Op::kMalloc;
  event.has_stack = true;
  event.ticks = event.begin_ticks = 0x1122;
  event.address = 0x5000;
  event.size = 24;
  event.keep = 1;
  event.push = 3;
  EXPECT_EQ(encoded(event, {7, 8, 9}),
            (Words{0x1122, 0x500001, 24 | std::uint64_t{1} << 32 | std::uint64_t{3} << 48,
                   7 | std::uint64_t{8} << 32, 9}));
}

TEST(RawCodec, EscapesBigSizesAndDeepStacks) {
  Event event;
  event.op = Op::kNew;
  event.has_stack = true;
  event.size = kSizeEscape;
  event.keep = kDepthEscape;
  const Words words = encoded(event, {});
  ASSERT_EQ(words.size(), kRawFixedWords + 2);
  EXPECT_EQ(words[3], kSizeEscape);
  EXPECT_EQ(words[4], kDepthEscape);
}

TEST(RawCodec, RefusesUnknownOperations) {
  for (const std::uint64_t op : {0U, 12U, 22U, 39U, 45U, 63U, 127U}) {
    const Words words{1, 0x5000 << 8 | op, 0, 0, 0, 0, 0, 0};
    const std::uint64_t* cursor = words.data();
    Event decoded;
    const std::uint32_t* pc_ids = nullptr;
    EXPECT_FALSE(get_raw_event(cursor, words.data() + words.size(), decoded, pc_ids));
  }
}

}  // namespace
}  // namespace leak::trace
