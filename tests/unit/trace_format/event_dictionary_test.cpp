#include "trace_format/event_dictionary.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "trace_format/column_decoder.h"
#include "trace_format/column_encoder.h"

namespace leak::trace {
namespace {

struct Recorded {
  Op op;
  std::uint64_t address;
  std::uint64_t size;
  std::vector<std::uint32_t> stack;  // leaf first; empty: a free
};

// A section, encoded event by event with each stack as what changed since the one before.
class Section {
 public:
  Section() {
    for (std::size_t i = 0; i != kColumnCount; ++i) {
      memory_[i].resize(std::size_t{4} << 20);
      encoder_.set_column(static_cast<Column>(i), memory_[i].data());
    }
    dictionary_->begin_chunk();
    encoder_.set_dictionary(dictionary_.get());
    encoder_.begin_section(0, 1);
  }

  void free(std::uint64_t address, Op op = Op::kFree) {
    events_.push_back({op, address, 0, {}});
    encoder_.put_free(op, ++ticks_, address);
  }
  // `keep` frames of the stack before, and then `pushed`, leaf first.
  void allocate(std::uint64_t address, std::uint64_t size, std::uint32_t keep,
                const std::vector<std::uint32_t>& pushed, Op op = Op::kMalloc) {
    std::vector<std::uint32_t> stack = pushed;
    stack.insert(stack.end(), stack_.end() - keep, stack_.end());
    stack_ = stack;
    events_.push_back({op, address, size, stack});
    std::vector<std::uint32_t> ids = pushed;
    ids.resize(std::max<std::size_t>(ids.size(), kMaxEntryPush), 0xdeadbeef);  // what lies behind is nobody's
    encoder_.put_allocation(op, ++ticks_, address, size, keep, static_cast<std::uint32_t>(pushed.size()),
                            ids.data());
  }

  std::size_t bytes(Column column) const {
    return static_cast<std::size_t>(encoder_.column(column).end - encoder_.column(column).begin);
  }
  std::vector<std::uint8_t> content(Column column) const {
    return {encoder_.column(column).begin, encoder_.column(column).end};
  }

  void expect_round_trip() {
    encoder_.end_section();
    ColumnDecoder decoder;
    for (std::size_t i = 0; i != kColumnCount; ++i) {
      const Column column = static_cast<Column>(i);
      decoder.set_column(column, encoder_.column(column).begin, encoder_.column(column).end);
    }
    const auto reader = std::make_unique<DictionaryReader>();
    reader->begin_chunk();
    decoder.set_dictionary(reader.get());
    decoder.set_flags(kEventsTimeRuns | kEventsDictionary);
    decoder.begin_section(0, 1);
    std::vector<std::uint32_t> stack;
    std::uint64_t ticks = 0;
    for (const Recorded& expected : events_) {
      Event event;
      ASSERT_TRUE(decoder.get(event));
      EXPECT_EQ(event.op, expected.op);
      EXPECT_EQ(event.ticks, ++ticks);
      EXPECT_EQ(event.address, expected.address);
      EXPECT_EQ(event.size, expected.size);
      EXPECT_EQ(event.has_stack, kind_of(expected.op) == OpKind::kAlloc);
      std::vector<std::uint32_t> pushed(event.push);
      ASSERT_TRUE(decoder.get_pcs(pushed.data(), event.push));
      if (!event.has_stack) continue;
      pushed.insert(pushed.end(), stack.end() - event.keep, stack.end());
      stack = pushed;
      ASSERT_EQ(stack, expected.stack);
    }
    Event event;
    EXPECT_FALSE(decoder.get(event)) << "that was all";
  }

 private:
  std::vector<std::uint8_t> memory_[kColumnCount];
  std::unique_ptr<EventDictionary> dictionary_ = std::make_unique<EventDictionary>();
  ColumnEncoder encoder_;
  std::vector<Recorded> events_;
  std::vector<std::uint32_t> stack_;
  std::uint64_t ticks_ = 0;
};

TEST(EventDictionary, SaysOnceWhatEventsHaveInCommon) {
  Section section;
  section.allocate(0x1000, 24, 0, {3, 2, 1});
  section.free(0x1000);
  section.allocate(0x1000, 24, 1, {3, 2});  // another number of frames dropped: an entry of its own
  const std::size_t spelled_out = section.bytes(Column::kOp);
  for (int i = 0; i != 10; ++i) {
    section.free(0x1000);
    section.allocate(0x1000, 24, 1, {3, 2});
  }
  EXPECT_EQ(spelled_out, 3U);
  EXPECT_EQ(section.bytes(Column::kOp), spelled_out);
  EXPECT_EQ(section.bytes(Column::kStack), 4U);
  EXPECT_EQ(section.bytes(Column::kPcs), 5U);
  EXPECT_EQ(section.bytes(Column::kSize), 2U);
  EXPECT_EQ(section.bytes(Column::kEntry), 23U) << "a byte each";
  section.expect_round_trip();
}

TEST(EventDictionary, WritesTheseCodes) {
  Section section;
  section.allocate(0x1000, 24, 0, {3, 2, 1});
  section.free(0x1000);
  section.free(0x1010, Op::kDelete);
  section.allocate(0x1020, 24, 2, {3});
  section.allocate(0x1030, 24, 2, {3});
  section.allocate(0x1040, 300, 2, {3});
  section.allocate(0x1050, 300, 2, {3});
  section.free(0x1020);
  EXPECT_EQ(section.content(Column::kEntry), (std::vector<std::uint8_t>{1, 1, 1, 1, 8, 9, 8, 4}));
  EXPECT_EQ(section.content(Column::kSize), (std::vector<std::uint8_t>{24, 24, 0xac, 0x02}));
  section.expect_round_trip();
}

TEST(EventDictionary, TellsApartWhatDiffersInAnything) {
  Section section;
  section.allocate(0x1000, 1, 0, {1, 2, 3, 4, 5, 6, 7, 8});
  for (int round = 0; round != 3; ++round) {
    for (std::uint32_t changed = 0; changed != 8; ++changed) {
      std::vector<std::uint32_t> pushed = {1, 2, 3, 4, 5, 6, 7, 8};
      pushed[changed] += 100;
      section.allocate(0x1000, 1, 0, pushed);
      section.allocate(0x1000, 1, 0, pushed, Op::kNew);
    }
    for (std::uint32_t push = 0; push != 9; ++push)
      section.allocate(0x1000, 1, 0, std::vector<std::uint32_t>(push, 7));
    section.allocate(0x1000, 1, 0, {7, 0});
    section.allocate(0x1000, 1, 1, {7});
  }
  section.expect_round_trip();
}

TEST(EventDictionary, LeavesOutWhatIsTooLong) {
  Section section;
  const std::vector<std::uint32_t> long_stack(kMaxEntryPush + 1, 5);
  // What pushes that much comes to the encoder by another way.
  EXPECT_FALSE(may_be_entry(Op::kMalloc, true, 1, kMaxEntryPush + 1));
  EXPECT_TRUE(may_be_entry(Op::kMalloc, true, 1, kMaxEntryPush));
  EXPECT_FALSE(may_be_entry(Op::kMalloc, true, kSizeEscape, 1));
  EXPECT_FALSE(may_be_entry(Op::kMemalign, true, 1, 1)) << "has more to say";
  EXPECT_FALSE(may_be_entry(Op::kRealloc, true, 1, 1));
  EXPECT_FALSE(may_be_entry(Op::kMalloc, false, 1, 0));
  EXPECT_TRUE(may_be_entry(Op::kFree, false, 0, 0));
  EXPECT_FALSE(may_be_entry(Op::kFree, true, 0, 1));
}

TEST(EventDictionary, HoldsSoManyAndNoMore) {
  Section section;
  for (int round = 0; round != 2; ++round) {
    for (std::uint32_t i = 0; i != 3 * kMaxEntries; ++i) section.allocate(0x1000, i % 3, 0, {i, i / 7});
  }
  const std::vector<std::uint8_t> codes = section.content(Column::kEntry);
  EXPECT_EQ(std::count(codes.begin(), codes.begin() + kMaxEntries, std::uint8_t{1}), kMaxEntries);
  section.expect_round_trip();
}

TEST(EventDictionary, RoundTripsRandomEvents) {
  Section section;
  std::mt19937 random(3);
  std::uint32_t depth = 0;
  for (int i = 0; i != 50'000; ++i) {
    if (random() % 3 == 0) {
      section.free(random() % 64 * 16, random() % 2 == 0 ? Op::kFree : Op::kDelete);
      continue;
    }
    const std::uint32_t keep = std::min(depth, static_cast<std::uint32_t>(random() % 12));
    std::vector<std::uint32_t> pushed(random() % (kMaxEntryPush + 1));
    for (std::uint32_t& pc : pushed)
      pc = random() % 100 == 0 ? static_cast<std::uint32_t>(random()) : random() % 2;
    section.allocate(random() % 64 * 16, random() % 4 == 0 ? random() % 100'000 : 32, keep, pushed);
    depth = keep + static_cast<std::uint32_t>(pushed.size());
  }
  section.expect_round_trip();
}

// Columns made by hand: whether an event can be read out of them.
bool can_read(const std::vector<std::uint8_t>& entry, const std::vector<std::uint8_t>& op, int events) {
  const std::vector<std::uint8_t> zeros(64, 0);
  ColumnDecoder decoder;
  for (std::size_t i = 0; i != kColumnCount; ++i) {
    decoder.set_column(static_cast<Column>(i), zeros.data(), zeros.data() + zeros.size());
  }
  decoder.set_column(Column::kEntry, entry.data(), entry.data() + entry.size());
  decoder.set_column(Column::kOp, op.data(), op.data() + op.size());
  const auto reader = std::make_unique<DictionaryReader>();
  reader->begin_chunk();
  decoder.set_dictionary(reader.get());
  decoder.set_flags(kEventsTimeRuns | kEventsDictionary);
  decoder.begin_section(0, 1);
  Event event;
  while (events != 0 && decoder.get(event)) --events;
  return events == 0;
}

TEST(EventDictionary, RefusesWhatCannotBe) {
  const std::uint8_t malloc_byte = static_cast<std::uint8_t>(Op::kMalloc);
  const std::uint8_t free_byte = static_cast<std::uint8_t>(Op::kFree) | kNoStackBit;
  const std::uint8_t realloc_byte = static_cast<std::uint8_t>(Op::kRealloc);
  EXPECT_TRUE(can_read({1, 2}, {malloc_byte}, 2));
  EXPECT_TRUE(can_read({1, 3}, {malloc_byte}, 2));
  EXPECT_TRUE(can_read({1, 2}, {free_byte}, 2));
  EXPECT_FALSE(can_read({2}, {malloc_byte}, 1)) << "no entry yet";
  EXPECT_FALSE(can_read({1, 4}, {malloc_byte}, 2)) << "not that many entries";
  EXPECT_FALSE(can_read({0, 2}, {malloc_byte}, 2)) << "spelled out, but no entry";
  EXPECT_FALSE(can_read({1, 3}, {free_byte}, 2)) << "a free has no size";
  EXPECT_FALSE(can_read({1}, {realloc_byte}, 1)) << "never an entry";
  EXPECT_FALSE(can_read({1, 1}, {malloc_byte}, 2)) << "nothing spelled out";
  EXPECT_FALSE(can_read({0x80}, {malloc_byte}, 1)) << "cut short";
}

}  // namespace
}  // namespace leak::trace
