#include "sink/batch.h"

#include <gtest/gtest.h>
#include <zstd.h>

#include <memory>
#include <vector>

namespace leak::hook {
namespace {

std::vector<std::uint8_t> decompress(const Compressor::Frame& frame) {
  std::vector<std::uint8_t> content(ZSTD_getFrameContentSize(frame.data, frame.bytes));
  EXPECT_EQ(ZSTD_decompress(content.data(), content.size(), frame.data, frame.bytes), content.size());
  return content;
}

class BatchTest : public testing::Test {
 protected:
  BatchTest() {
    memory_ = std::make_unique<std::uint64_t[]>(SlotPool::kSlotsPerSegment * trace::kSlotBytes / 8);
    pool_->add_segment(memory_.get());
    EXPECT_TRUE(compressor_.open(1));
    EXPECT_TRUE(batch_->open());
  }

  // A slot of `count` mallocs and frees in turn, the stack growing by one frame with each malloc.
  Slot* fill_slot(std::uint32_t tid, std::uint32_t count) {
    Slot* slot = pool_->take(trace::ChunkKind::kEvents, tid);
    std::uint64_t* out = slot_data(slot);
    for (std::uint32_t i = 0; i != count; ++i) {
      trace::Event event{};
      event.op = i % 2 == 0 ? trace::Op::kMalloc : trace::Op::kFree;
      event.ticks = 1000 + i;
      event.address = 0x7f0000001000 + (i / 2) * 48;
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
  const std::uint8_t* columns = content.data() + sizeof(header) + sizeof(trace::EventsHeader) +
                                sizeof(trace::SectionEntry);
  std::uint32_t lengths[trace::kColumnCount];
  std::memcpy(lengths, columns, sizeof(lengths));
  const std::uint8_t* at = columns + sizeof(lengths);
  trace::ColumnDecoder decoder;
  for (std::size_t i = 0; i != trace::kColumnCount; ++i) {
    decoder.set_column(static_cast<trace::Column>(i), at, at + lengths[i]);
    at += lengths[i];
  }
  decoder.begin_section(3);
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

}  // namespace
}  // namespace leak::hook
