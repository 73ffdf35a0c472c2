#include "buffer/slot_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <set>
#include <thread>
#include <vector>

namespace leak::hook {
namespace {

constexpr std::size_t kSegmentBytes = std::size_t{SlotPool::kSlotsPerSegment} * trace::kSlotBytes;

class SlotPoolTest : public testing::Test {
 protected:
  void add_segment() {
    segments_.push_back(std::make_unique<std::uint64_t[]>(kSegmentBytes / sizeof(std::uint64_t)));
    pool_->add_segment(segments_.back().get());
  }

  std::unique_ptr<SlotPool> pool_ = std::make_unique<SlotPool>();
  std::vector<std::unique_ptr<std::uint64_t[]>> segments_;
};

TEST_F(SlotPoolTest, HasNothingBeforeTheFirstSegment) {
  EXPECT_EQ(pool_->take(trace::ChunkKind::kEvents, 1), nullptr);
  EXPECT_EQ(pool_->collect(), nullptr);
}

TEST_F(SlotPoolTest, GivesEachSlotOnceWithAnIdOfItsOwn) {
  add_segment();
  add_segment();
  std::set<Slot*> slots;
  std::set<std::uint64_t> ids;
  while (Slot* slot = pool_->take(trace::ChunkKind::kEvents, 7)) {
    slots.insert(slot);
    ids.insert(slot->chunk_id.load());
    EXPECT_EQ(slot->tid, 7U);
    EXPECT_EQ(slot->used.load(), 0U);
    EXPECT_EQ(pool_->at(slot->index), slot);
  }
  EXPECT_EQ(slots.size(), 2U * SlotPool::kSlotsPerSegment);
  EXPECT_EQ(ids.size(), slots.size());
  EXPECT_FALSE(ids.contains(0));
}

TEST_F(SlotPoolTest, CollectsInTheOrderOfHandingOver) {
  add_segment();
  std::vector<Slot*> given;
  for (int i = 0; i != 5; ++i) given.push_back(pool_->take(trace::ChunkKind::kEvents, 1));
  for (Slot* slot : given) pool_->hand_over(slot);
  EXPECT_EQ(pool_->full_count(), 5U);
  std::vector<Slot*> collected;
  for (Slot* slot = pool_->collect(); slot != nullptr; slot = pool_->next(slot)) collected.push_back(slot);
  EXPECT_EQ(collected, given);
  EXPECT_EQ(pool_->full_count(), 0U);
}

TEST_F(SlotPoolTest, MarksAReleasedSlotAsFreeForTheReaderOfTheJournal) {
  add_segment();
  Slot* slot = pool_->take(trace::ChunkKind::kMeta, 0);
  pool_->hand_over(slot);
  pool_->release(pool_->collect());
  EXPECT_EQ(slot->chunk_id.load(), 0U);
}

TEST_F(SlotPoolTest, RenewsASlotUnderAnotherId) {
  add_segment();
  Slot* slot = pool_->take(trace::ChunkKind::kMeta, 0);
  const std::uint64_t id = slot->chunk_id.load();
  slot->used.store(100);
  pool_->renew(slot);
  EXPECT_NE(slot->chunk_id.load(), id);
  EXPECT_NE(slot->chunk_id.load(), 0U);
  EXPECT_EQ(slot->used.load(), 0U);
}

// Four producers, one consumer: every slot arrives exactly once per use, with what its producer wrote.
TEST_F(SlotPoolTest, KeepsSlotsApartBetweenThreads) {
  add_segment();
  constexpr std::uint64_t kPerProducer = 20000;
  constexpr std::uint64_t kProducers = 4;
  std::vector<std::thread> producers;
  for (std::uint64_t producer = 0; producer != kProducers; ++producer) {
    producers.emplace_back([this, producer] {
      for (std::uint64_t i = 0; i != kPerProducer;) {
        Slot* slot = pool_->take(trace::ChunkKind::kEvents, static_cast<std::uint32_t>(producer));
        if (slot == nullptr) {
          std::this_thread::yield();
          continue;
        }
        slot_data(slot)[0] = producer;
        slot_data(slot)[1] = i++;
        slot->used.store(16, std::memory_order_release);
        pool_->hand_over(slot);
      }
    });
  }
  std::vector<std::uint64_t> next(kProducers, 0);
  for (std::uint64_t seen = 0; seen != kPerProducer * kProducers;) {
    Slot* slot = pool_->collect();
    if (slot == nullptr) std::this_thread::yield();
    while (slot != nullptr) {
      Slot* const after = pool_->next(slot);
      const std::uint64_t producer = slot_data(slot)[0];
      ASSERT_LT(producer, kProducers);
      EXPECT_EQ(slot->tid, producer);
      EXPECT_EQ(slot_data(slot)[1], next[producer]++) << "out of order";
      pool_->release(slot);
      slot = after;
      ++seen;
    }
  }
  for (std::thread& thread : producers) thread.join();
}

}  // namespace
}  // namespace leak::hook
