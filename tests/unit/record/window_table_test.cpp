#include "record/window_table.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace leak::hook {
namespace {

class WindowTableTest : public ::testing::Test {
 protected:
  ~WindowTableTest() override { g_window_table.clear(); }

  static WindowBlock put(std::uintptr_t address, std::uint64_t size, std::uint64_t ticks) {
    WindowBlock replaced;
    EXPECT_TRUE(g_window_table.insert(address, replaced, [=](WindowBlock& block) {
      block.size = size;
      block.ticks = ticks;
    }));
    return replaced;
  }

  static WindowBlock take(std::uintptr_t address, std::uint64_t ticks) {
    WindowBlock removed;
    g_window_table.remove(address, ticks, removed);
    return removed;
  }

  static std::size_t count() {
    std::size_t blocks = 0;
    g_window_table.for_each([&blocks](const WindowBlock&) {
      ++blocks;
      return true;
    });
    return blocks;
  }
};

TEST_F(WindowTableTest, HoldsWhatWasPutInUntilItIsTaken) {
  EXPECT_EQ(put(0x1000, 10, 1).address, 0U);
  EXPECT_EQ(put(0x2000, 20, 2).address, 0U);
  EXPECT_EQ(count(), 2U);
  EXPECT_EQ(take(0x1000, 5).size, 10U);
  EXPECT_EQ(take(0x1000, 5).address, 0U);
  EXPECT_EQ(take(0x3000, 5).address, 0U);
  EXPECT_EQ(count(), 1U);
}

// realloc in one thread gives an address back that another gets before the first one has said so.
TEST_F(WindowTableTest, ALateEndDoesNotTakeTheNextBlockAtTheAddress) {
  put(0x1000, 10, 1);
  EXPECT_EQ(put(0x1000, 99, 7).size, 10U);
  EXPECT_EQ(take(0x1000, 6).address, 0U);
  EXPECT_EQ(take(0x1000, 8).size, 99U);
}

TEST_F(WindowTableTest, ABlockCanBeNamed) {
  static const char kName[] = "cart";
  EXPECT_FALSE(g_window_table.name(0x1000, kName));
  put(0x1000, 10, 1);
  EXPECT_TRUE(g_window_table.name(0x1000, kName));
  EXPECT_EQ(take(0x1000, 1).name, kName);
  put(0x1000, 10, 2);
  EXPECT_EQ(take(0x1000, 2).name, nullptr);
}

TEST_F(WindowTableTest, IsEmptyAndUsableAfterClear) {
  for (std::uintptr_t i = 1; i != 50001; ++i) put(i * 32, i, i);
  EXPECT_EQ(count(), 50000U);
  g_window_table.clear();
  EXPECT_EQ(count(), 0U);
  put(32, 5, 1);
  EXPECT_EQ(take(32, 1).size, 5U);
}

TEST_F(WindowTableTest, ThreadsPutAndTakeAtOnce) {
  std::vector<std::thread> threads;
  for (std::uintptr_t thread = 0; thread != 4; ++thread) {
    threads.emplace_back([thread] {
      for (std::uintptr_t i = 1; i != 5001; ++i) {
        const std::uintptr_t address = (i * 4 + thread) * 16;
        put(address, i, i);
        if (i % 5 != 0) {
          EXPECT_EQ(take(address, i).size, i);
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(count(), 4000U);
}

}  // namespace
}  // namespace leak::hook
