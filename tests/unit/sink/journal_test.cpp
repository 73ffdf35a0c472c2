#include "sink/journal.h"

#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

namespace leak::hook {
namespace {

class JournalTest : public testing::Test {
 protected:
  void SetUp() override {
    path_ = std::filesystem::temp_directory_path() /
            ("journal_test." + std::to_string(getpid()) + ".zst.journal");
    ASSERT_EQ(journal_->open(path_.c_str(), "process!", 8, 42, 1000, *pool_), 0);
  }
  void TearDown() override { std::filesystem::remove(path_); }

  std::vector<char> read_file() const {
    std::ifstream file(path_, std::ios::binary);
    return std::vector<char>(std::istreambuf_iterator<char>(file), {});
  }
  const trace::JournalHeader& header_in(const std::vector<char>& bytes) const {
    return *reinterpret_cast<const trace::JournalHeader*>(bytes.data());
  }

  std::filesystem::path path_;
  std::unique_ptr<SlotPool> pool_ = std::make_unique<SlotPool>();
  std::unique_ptr<Journal> journal_ = std::make_unique<Journal>();
};

TEST_F(JournalTest, DescribesItselfAndTheProcess) {
  const std::vector<char> bytes = read_file();
  const trace::JournalHeader& header = header_in(bytes);
  EXPECT_EQ(header.magic, trace::kJournalMagic);
  EXPECT_EQ(header.pid, 42U);
  EXPECT_EQ(header.process_start_ticks, 1000U);
  EXPECT_EQ(header.slot_count.load(), SlotPool::kSlotsPerSegment);
  EXPECT_EQ(bytes.size(), trace::kJournalSlotsOffset + SlotPool::kSlotsPerSegment * trace::kSlotBytes);
  EXPECT_EQ(std::string(bytes.data() + trace::kJournalProcessOffset, header.process_bytes), "process!");
}

TEST_F(JournalTest, HoldsWhatIsWrittenIntoASlotAtOnce) {
  Slot* slot = pool_->take(trace::ChunkKind::kEvents, 9);
  slot_data(slot)[0] = 0x1122334455667788;
  slot->used.store(8);
  const std::vector<char> bytes = read_file();
  const Slot& stored = *reinterpret_cast<const Slot*>(bytes.data() + trace::kJournalSlotsOffset +
                                                      slot->index * trace::kSlotBytes);
  EXPECT_EQ(stored.chunk_id.load(), slot->chunk_id.load());
  EXPECT_EQ(stored.tid, 9U);
  EXPECT_EQ(stored.used.load(), 8U);
  EXPECT_EQ(std::memcmp(&stored + 1, slot_data(slot), 8), 0);
}

TEST_F(JournalTest, GrowsBySegments) {
  ASSERT_EQ(journal_->grow(*pool_), 0);
  EXPECT_EQ(pool_->slot_count(), 2 * SlotPool::kSlotsPerSegment);
  EXPECT_EQ(header_in(read_file()).slot_count.load(), 2 * SlotPool::kSlotsPerSegment);
}

TEST_F(JournalTest, ComesBackAfterRemovalWithTheSameContent) {
  Slot* slot = pool_->take(trace::ChunkKind::kEvents, 9);
  slot_data(slot)[0] = 77;
  journal_->remove();
  EXPECT_FALSE(std::filesystem::exists(path_));
  ASSERT_EQ(journal_->restore(*pool_), 0);
  EXPECT_EQ(slot_data(slot)[0], 77U);
  slot_data(slot)[0] = 78;
  const std::vector<char> bytes = read_file();
  std::uint64_t stored = 0;
  std::memcpy(&stored,
              bytes.data() + trace::kJournalSlotsOffset + slot->index * trace::kSlotBytes + sizeof(Slot),
              sizeof(stored));
  EXPECT_EQ(stored, 78U) << "the slot is mapped onto the new file";
}

TEST(Journal, ReportsAPlaceThatCannotBeWritten) {
  auto journal = std::make_unique<Journal>();
  auto pool = std::make_unique<SlotPool>();
  EXPECT_LT(journal->open("/nowhere/at/all/x.journal", "", 0, 1, 1, *pool), 0);
  EXPECT_EQ(pool->slot_count(), 0U);
}

}  // namespace
}  // namespace leak::hook
