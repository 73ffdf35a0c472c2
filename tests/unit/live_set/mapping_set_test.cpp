#include "live_set/mapping_set.h"

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <utility>
#include <vector>

namespace leak::hook {
namespace {

constexpr std::uintptr_t kPage = 4096;
using Ranges = std::vector<std::pair<std::uintptr_t, std::uintptr_t>>;

class MappingSetTest : public testing::Test {
 protected:
  MappingSetTest() { set_->enable(); }
  void add(std::uintptr_t page, std::uintptr_t pages) {
    set_->add(reinterpret_cast<void*>(page * kPage), pages * kPage);
  }
  bool remove(std::uintptr_t page, std::uintptr_t pages) {
    return set_->remove(reinterpret_cast<void*>(page * kPage), pages * kPage);
  }
  Ranges ranges() const {  // in pages
    Ranges found;
    set_->for_each([&found](std::uintptr_t begin, std::uintptr_t end) {
      found.emplace_back(begin / kPage, end / kPage);
    });
    return found;
  }
  std::unique_ptr<MappingSet> set_ = std::make_unique<MappingSet>();
};

TEST_F(MappingSetTest, KeepsNeighboursApart) {
  add(10, 2);
  add(14, 1);
  add(12, 2);
  EXPECT_EQ(ranges(), (Ranges{{10, 12}, {12, 14}, {14, 15}}));
}

TEST_F(MappingSetTest, CutsAndSplitsWhatIsUnmapped) {
  add(10, 10);
  EXPECT_TRUE(remove(13, 2));
  EXPECT_EQ(ranges(), (Ranges{{10, 13}, {15, 20}}));
  EXPECT_TRUE(remove(12, 4));
  EXPECT_EQ(ranges(), (Ranges{{10, 12}, {16, 20}}));
  EXPECT_TRUE(remove(0, 100));
  EXPECT_TRUE(ranges().empty());
}

TEST_F(MappingSetTest, SaysWhetherAnythingWasThere) {
  add(10, 1);
  EXPECT_FALSE(remove(9, 1));
  EXPECT_FALSE(remove(11, 5));
  EXPECT_TRUE(remove(10, 1));
}

TEST_F(MappingSetTest, ReplacesWhatAFixedMappingCovers) {
  add(10, 10);
  add(12, 2);
  EXPECT_EQ(ranges(), (Ranges{{10, 12}, {12, 14}, {14, 20}}));
}

TEST_F(MappingSetTest, RoundsToPages) {
  set_->add(reinterpret_cast<void*>(5 * kPage), 1);
  EXPECT_EQ(ranges(), (Ranges{{5, 6}}));
}

TEST_F(MappingSetTest, AgreesWithAnArrayOfPages) {
  constexpr std::uintptr_t kPages = 200;
  std::vector<int> owner(kPages, 0);
  std::mt19937 random(1);
  for (int step = 1; step != 5000; ++step) {
    const std::uintptr_t first = random() % (kPages - 10);
    const std::uintptr_t count = 1 + random() % 10;
    const bool adds = random() % 2 == 0;
    adds ? add(first, count) : static_cast<void>(remove(first, count));
    for (std::uintptr_t page = first; page != first + count; ++page) owner[page] = adds ? step : 0;
  }
  Ranges expected;
  for (std::uintptr_t page = 0; page != kPages; ++page) {
    if (owner[page] == 0) continue;
    const bool goes_on = page != 0 && owner[page - 1] == owner[page];
    goes_on ? static_cast<void>(expected.back().second = page + 1)
            : static_cast<void>(expected.emplace_back(page, page + 1));
  }
  EXPECT_EQ(ranges(), expected);
}

TEST_F(MappingSetTest, ForgetsWhatIsBeyondItsCapacity) {
  for (std::uintptr_t i = 0; i != MappingSet::kCapacity + 10; ++i) add(2 * i, 1);
  EXPECT_EQ(ranges().size(), MappingSet::kCapacity);
}

}  // namespace
}  // namespace leak::hook
