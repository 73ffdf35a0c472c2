#include "trace_format/raw_codec.h"

#include <gtest/gtest.h>

#include <algorithm>
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

TEST(RawCodec, WritesCommonShapesInTheSameBytes) {
  for (const test::SampleEvent& sample : test::sample_events()) {
    SCOPED_TRACE(name_of(sample.event.op));
    const Event& event = sample.event;
    const std::vector<std::uint32_t>& ids = sample.pc_ids;
    Words words(raw_event_words_bound(event.push));
    std::uint64_t* end = nullptr;
    if (kind_of(event.op) == OpKind::kFree && !event.has_stack) {
      end = put_raw_free(words.data(), event.op, event.ticks, event.address);
    } else if (kind_of(event.op) == OpKind::kAlloc && event.has_stack &&
               is_plain_allocation(event.op, event.size, event.keep, event.push)) {
      std::vector<std::uint32_t> padded = ids;
      padded.push_back(0);
      end = put_raw_allocation(words.data(), event.op, event.ticks, event.address, event.size, event.keep,
                               event.push);
      end = put_raw_pc_ids(end, padded.data(), event.push);
    } else {
      continue;
    }
    words.resize(static_cast<std::size_t>(end - words.data()));
    EXPECT_EQ(words, encoded(event, ids));
  }
}

TEST(RawCodec, TellsCommonShapes) {
  for (const test::SampleEvent& sample : test::sample_events()) {
    SCOPED_TRACE(name_of(sample.event.op));
    const Event& event = sample.event;
    Words words = encoded(event, sample.pc_ids);
    words.resize(std::max(words.size(), kRawPlainWords));
    const bool plain_free = kind_of(event.op) == OpKind::kFree && !event.has_stack;
    const bool plain_allocation = kind_of(event.op) == OpKind::kAlloc && event.has_stack &&
                                  event.push <= kMaxPlainPush &&
                                  is_plain_allocation(event.op, event.size, event.keep, event.push);
    const RawShape expected = plain_free         ? RawShape::kFree
                              : plain_allocation ? RawShape::kAllocation
                                                 : RawShape::kOther;
    EXPECT_EQ(raw_shape(words.data()), expected);
  }
}

TEST(RawCodec, LeavesUncommonShapesToTheGeneralForm) {
  EXPECT_TRUE(is_plain_allocation(Op::kMalloc, kSizeEscape - 1, 0, kDepthEscape - 1));
  EXPECT_FALSE(is_plain_allocation(Op::kMalloc, kSizeEscape, 0, 0));
  EXPECT_FALSE(is_plain_allocation(Op::kMalloc, 1, kDepthEscape, 0));
  EXPECT_FALSE(is_plain_allocation(Op::kMalloc, 1, 0, kDepthEscape));
  EXPECT_FALSE(is_plain_allocation(Op::kMemalign, 1, 0, 0));
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
