#include "sink/batch.h"

#include <gtest/gtest.h>
#include <zstd.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <vector>

#include "support/event_samples.h"
#include "trace_format/column_decoder.h"

namespace leak::hook {
namespace {

std::vector<std::uint8_t> decompress(const Compressor::Frame& frame) {
  std::vector<std::uint8_t> content(ZSTD_getFrameContentSize(frame.data, frame.bytes));
  EXPECT_EQ(ZSTD_decompress(content.data(), content.size(), frame.data, frame.bytes), content.size());
  return content;
}

// Of a chunk with one section and without an address model.
trace::ColumnDecoder decoder_of(const std::vector<std::uint8_t>& content,
                                trace::DictionaryReader& dictionary) {
  const std::uint8_t* at =
      content.data() + sizeof(trace::ChunkHeader) + sizeof(trace::EventsHeader) + sizeof(trace::SectionEntry);
  std::uint32_t lengths[trace::kColumnCount];
  std::memcpy(lengths, at, sizeof(lengths));
  at += sizeof(lengths);
  trace::ColumnDecoder decoder;
  for (std::size_t i = 0; i != trace::kColumnCount; ++i) {
    decoder.set_column(static_cast<trace::Column>(i), at, at + lengths[i]);
    at += lengths[i];
  }
  decoder.set_flags(trace::kEventsTimeRuns);
  dictionary.begin_chunk();
  decoder.set_dictionary(&dictionary);
  return decoder;
}

class BatchTest : public testing::Test {
 protected:
  BatchTest() {
    memory_ = std::make_unique<std::uint64_t[]>(SlotPool::kSlotsPerSegment * trace::kSlotBytes / 8);
    pool_->add_segment(memory_.get());
    EXPECT_TRUE(compressor_.open(1));
    EXPECT_TRUE(batch_->open(false));
  }

  // A slot of `count` mallocs and frees in turn, the stack growing by one frame with each malloc.
  Slot* fill_slot(std::uint32_t tid, std::uint32_t count) {
    Slot* slot = pool_->take(trace::ChunkKind::kEvents, tid);
    std::uint64_t* out = slot_data(slot);
    for (std::uint32_t i = 0; i != count; ++i) {
      trace::Event event{};
      event.op = i % 2 == 0 ? trace::Op::kMalloc : trace::Op::kFree;
      event.ticks = 1000 + i;
      event.address = 0x7f0000001000 + i / 2 * 48;
      event.size = i;
      event.has_stack = i % 2 == 0;
      event.keep = i / 2;
      event.push = event.has_stack ? 1 : 0;
      out = trace::put_raw_event_head(out, event);
      if (event.has_stack) *out++ = 100 + i;
    }
    slot->used.store(static_cast<std::uint32_t>((out - slot_data(slot)) * 8));
    return slot;
  }

  std::unique_ptr<SlotPool> pool_ = std::make_unique<SlotPool>();
  std::unique_ptr<std::uint64_t[]> memory_;
  Compressor compressor_;
  std::unique_ptr<Batch> batch_ = std::make_unique<Batch>();
  std::unique_ptr<trace::DictionaryReader> dictionary_ = std::make_unique<trace::DictionaryReader>();
};

TEST_F(BatchTest, WritesOneSectionPerSlot) {
  batch_->add(fill_slot(11, 4));
  batch_->add(fill_slot(12, 2));
  trace::ChunkHeader header;
  const std::vector<std::uint8_t> content = decompress(batch_->compress(compressor_, header));

  trace::ChunkHeader stored;
  std::memcpy(&stored, content.data(), sizeof(stored));
  EXPECT_EQ(stored.magic, trace::kChunkMagic);
  EXPECT_EQ(stored.kind, trace::ChunkKind::kEvents);
  EXPECT_EQ(stored.item_count, 6U);
  EXPECT_EQ(stored.first_ticks, 1000U);
  EXPECT_EQ(stored.last_ticks, 1003U);
  EXPECT_EQ(stored.body_bytes, content.size() - sizeof(stored));

  trace::SectionEntry sections[2];
  std::memcpy(sections, content.data() + sizeof(stored) + sizeof(trace::EventsHeader), sizeof(sections));
  EXPECT_EQ(sections[0].tid, 11U);
  EXPECT_EQ(sections[0].event_count, 4U);
  EXPECT_EQ(sections[1].tid, 12U);
  EXPECT_EQ(sections[1].event_count, 2U);
  EXPECT_EQ(batch_->tid(), 0U) << "of several threads";
}

TEST_F(BatchTest, CutsTimesToTheQuantum) {
  batch_->set_time_quantum_shift(3);
  batch_->add(fill_slot(1, 2));
  trace::ChunkHeader header;
  const std::vector<std::uint8_t> content = decompress(batch_->compress(compressor_, header));
  trace::ColumnDecoder decoder = decoder_of(content, *dictionary_);
  decoder.begin_section(3, 1);
  trace::Event event;
  ASSERT_TRUE(decoder.get(event));
  EXPECT_EQ(event.ticks, 1000U);
  EXPECT_EQ(event.push, 1U);
  std::uint32_t pc = 0;
  ASSERT_TRUE(decoder.get_pc(pc));
  EXPECT_EQ(pc, 100U);
  ASSERT_TRUE(decoder.get(event));
  EXPECT_EQ(event.ticks, 1000U) << "1001 lies in the same quantum of 8 ticks";
  EXPECT_FALSE(event.has_stack);
}

TEST_F(BatchTest, SaysTimesThatHoldAllEvents) {
  batch_->set_time_quantum_shift(4);
  batch_->add(fill_slot(1, 4));
  trace::ChunkHeader header;
  batch_->compress(compressor_, header);
  EXPECT_EQ(header.first_ticks, 992U);
  EXPECT_EQ(header.last_ticks, 1007U);
}

TEST_F(BatchTest, LosesOnlyAnEventThatIsCutShort) {
  constexpr std::uint32_t kEvents = 20;
  for (std::uint32_t words = 1; words != trace::kRawPlainWords; ++words) {
    Slot* const slot = fill_slot(1, kEvents);
    slot->used.fetch_sub(words * 8);
    batch_->add(slot);
    const std::uint64_t lost = (words + trace::kRawFixedWords - 1) / trace::kRawFixedWords;
    EXPECT_EQ(batch_->event_count(), kEvents - lost) << words;
    trace::ChunkHeader header;
    batch_->compress(compressor_, header);
    batch_->release(*pool_);
  }
}

TEST_F(BatchTest, TakesEveryOperation) {
  std::vector<test::SampleEvent> samples = test::sample_events();
  std::erase_if(samples, [](const test::SampleEvent& sample) { return sample.event.push > 1000; });
  std::uint32_t depth = 0;
  Slot* slot = pool_->take(trace::ChunkKind::kEvents, 1);
  std::uint64_t* out = slot_data(slot);
  for (test::SampleEvent& sample : samples) {
    trace::Event& event = sample.event;
    if (event.has_stack) {
      event.keep = depth / 2;
      depth = event.keep + event.push;
    }
    sample.pc_ids.push_back(0);
    out = trace::put_raw_pc_ids(trace::put_raw_event_head(out, event), sample.pc_ids.data(), event.push);
  }
  slot->used.store(static_cast<std::uint32_t>((out - slot_data(slot)) * 8));
  batch_->add(slot);

  trace::ChunkHeader header;
  const std::vector<std::uint8_t> content = decompress(batch_->compress(compressor_, header));
  EXPECT_EQ(header.item_count, samples.size());
  trace::ColumnDecoder decoder = decoder_of(content, *dictionary_);
  decoder.begin_section(0, 1);
  for (const test::SampleEvent& sample : samples) {
    SCOPED_TRACE(trace::name_of(sample.event.op));
    trace::Event event;
    ASSERT_TRUE(decoder.get(event));
    EXPECT_TRUE(test::same(event, sample.event));
    std::vector<std::uint32_t> ids(event.push);
    ASSERT_TRUE(decoder.get_pcs(ids.data(), event.push));
    EXPECT_TRUE(std::equal(ids.begin(), ids.end(), sample.pc_ids.begin()));
  }
}

TEST_F(BatchTest, TakesSixteenFullSlots) {
  for (std::uint32_t i = 0; i != Batch::kMaxSections; ++i) {
    ASSERT_FALSE(batch_->full());
    batch_->add(fill_slot(i, 2000));
  }
  EXPECT_TRUE(batch_->full());
  trace::ChunkHeader header;
  EXPECT_NE(batch_->compress(compressor_, header).data, nullptr);
  EXPECT_EQ(header.item_count, 16U * 2000U);
  batch_->release(*pool_);
  EXPECT_TRUE(batch_->empty());
  EXPECT_NE(pool_->take(trace::ChunkKind::kEvents, 1), nullptr);
}

// An older reader would follow the model otherwise, and must refuse.
TEST_F(BatchTest, SaysWhetherAddressesArePredicted) {
  for (const bool predicted : {false, true}) {
    SCOPED_TRACE(predicted);
    ASSERT_TRUE(batch_->open(predicted));
    batch_->add(fill_slot(1, 2000));
    trace::ChunkHeader header;
    const std::vector<std::uint8_t> content = decompress(batch_->compress(compressor_, header));
    trace::EventsHeader events;
    std::memcpy(&events, content.data() + sizeof(header), sizeof(events));
    EXPECT_EQ((events.flags & trace::kEventsAddressModel) != 0, predicted);
    EXPECT_EQ(header.version, predicted ? trace::kModelVersion : trace::kDictionaryVersion);
    batch_->release(*pool_);
  }
}

}  // namespace
}  // namespace leak::hook
