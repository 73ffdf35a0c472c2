#include "buffer/slot_supply.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>

namespace leak::hook {
namespace {

class SlotSupplyTest : public testing::Test {
 protected:
  void add_segment() {
    memory_ = std::make_unique<std::uint64_t[]>(SlotPool::kSlotsPerSegment * trace::kSlotBytes / 8);
    supply_->pool().add_segment(memory_.get());
  }

  std::unique_ptr<SlotSupply> supply_ = std::make_unique<SlotSupply>();
  std::unique_ptr<std::uint64_t[]> memory_;
};

TEST_F(SlotSupplyTest, WaitsForTheWriterWhenNothingIsFree) {
  Slot* taken = nullptr;
  std::thread producer([&] { taken = supply_->take_waiting(trace::ChunkKind::kEvents, 3); });
  while (!supply_->shortage()) std::this_thread::yield();
  add_segment();
  supply_->slots_available();
  producer.join();
  ASSERT_NE(taken, nullptr);
  EXPECT_EQ(taken->tid, 3U);
  EXPECT_TRUE(supply_->take_shortage());
  EXPECT_FALSE(supply_->shortage());
  EXPECT_EQ(supply_->waits().count, 1U);
  EXPECT_GT(supply_->waits().ns, 0U);
}

TEST_F(SlotSupplyTest, CountsNoWaitWhileSomethingIsFree) {
  add_segment();
  for (std::uint32_t i = 0; i != SlotPool::kSlotsPerSegment; ++i) {
    EXPECT_NE(supply_->take_waiting(trace::ChunkKind::kEvents, 3), nullptr);
  }
  EXPECT_EQ(supply_->waits().count, 0U);
  EXPECT_EQ(supply_->waits().ns, 0U);
}

TEST_F(SlotSupplyTest, CountsNoWaitOnceClosed) {
  supply_->close();
  EXPECT_EQ(supply_->take_waiting(trace::ChunkKind::kEvents, 3), nullptr);
  EXPECT_EQ(supply_->waits().count, 0U);
}

TEST_F(SlotSupplyTest, StopsWaitingWhenClosed) {
  Slot* taken = reinterpret_cast<Slot*>(1);
  std::thread producer([&] { taken = supply_->take_waiting(trace::ChunkKind::kEvents, 3); });
  while (!supply_->shortage()) std::this_thread::yield();
  supply_->close();
  producer.join();
  EXPECT_EQ(taken, nullptr);
}

TEST_F(SlotSupplyTest, WakesTheWriterWhenEnoughIsFull) {
  add_segment();
  std::thread writer([&] { supply_->writer_sleep(-1); });  // it may sleep already, or be only about to
  for (std::uint32_t i = 0; i != SlotSupply::kWakeAtFullSlots; ++i) {
    supply_->hand_over(supply_->pool().take(trace::ChunkKind::kEvents, 1));
  }
  writer.join();
}

TEST_F(SlotSupplyTest, WakesTheWriterWhenAsked) {
  std::atomic<bool> awake{false};
  std::thread writer([&] {
    supply_->writer_sleep(-1);
    awake.store(true);
  });
  while (!awake.load()) supply_->wake_writer();  // one that comes before it sleeps is not kept
  writer.join();
  EXPECT_EQ(supply_->pool().full_count(), 0U);
}

}  // namespace
}  // namespace leak::hook
