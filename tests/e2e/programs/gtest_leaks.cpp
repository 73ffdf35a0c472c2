// Fifty tests, five of them leak: test names that begin with "Leaks" are to fail, and only when the library is there.
// Arguments beyond GoogleTest's: warm_up | this_thread.
#include <gtest/gtest.h>
#include <leakhook/gtest.h>

#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace {

void* g_kept;  // reachable: what is live at a test's end is its leak all the same

__attribute__((noinline)) void leak_by_malloc() {
  for (int i = 0; i != 10; ++i) g_kept = std::malloc(48);
}
__attribute__((noinline)) char* leak_by_strdup(const char* text) { return strdup(text); }

struct Node {
  std::vector<int> values = std::vector<int>(25);
};
__attribute__((noinline)) Node* leak_object() { return new Node; }

TEST(Malloc, Leaks) { leak_by_malloc(); }
TEST(Strdup, Leaks) { g_kept = leak_by_strdup("nineteen characters"); }
TEST(Object, Leaks) { g_kept = leak_object(); }
TEST(Thread, Leaks) { std::thread([] { g_kept = std::malloc(64); }).join(); }

class Fixture : public ::testing::Test {
 protected:
  void SetUp() override { held_ = new std::string(100, 'x'); }
  void free_it() { delete held_; }

 private:
  std::string* held_ = nullptr;
};
TEST_F(Fixture, Leaks) {}
TEST_F(Fixture, FreesWhatItMade) { free_it(); }

TEST(Clean, Containers) {
  std::map<int, std::string> map;
  for (int i = 0; i != 1000; ++i) map[i] = std::string(100, 'x');
  EXPECT_EQ(map.size(), 1000U);
}
TEST(Clean, Realloc) {
  void* block = nullptr;
  for (std::size_t size = 16; size != 1 << 16; size *= 2) block = std::realloc(block, size);
  std::free(block);
}
TEST(Clean, Threads) {
  std::vector<std::thread> threads;
  for (int i = 0; i != 4; ++i) {
    threads.emplace_back([] {
      for (int n = 0; n != 100; ++n) std::free(std::malloc(static_cast<std::size_t>(n)));
    });
  }
  for (std::thread& thread : threads) thread.join();
}
TEST(Clean, FreedByAnotherThread) {
  void* block = std::malloc(100);
  std::thread([block] { std::free(block); }).join();
}
TEST(Clean, GoogleTestsOwnBlocks) {
  SCOPED_TRACE("a trace");
  RecordProperty("key", "value");
  SUCCEED() << "said";
}
TEST(Clean, Exception) {
  try {
    throw std::string("thrown");
  } catch (const std::string& text) {
    EXPECT_EQ(text, "thrown");
  }
}
TEST(Clean, MayLeaveSomethingBehind) {
  leakhook::gtest::limit_leaks(100);
  g_kept = std::malloc(100);
}
TEST(Clean, StaysBelowItsLimit) {
  leakhook::gtest::limit_memory(2000);
  for (int i = 0; i != 10; ++i) std::free(std::malloc(1500));
}
TEST(Clean, Skipped) {
  g_kept = std::malloc(8);
  GTEST_SKIP() << "what a skipped test leaves behind is not judged";
}

class Many : public ::testing::TestWithParam<int> {};
TEST_P(Many, AreClean) {
  const std::vector<int> numbers(static_cast<std::size_t>(GetParam()) * 10, 1);
  EXPECT_EQ(numbers.size(), static_cast<std::size_t>(GetParam()) * 10);
}
INSTANTIATE_TEST_SUITE_P(Numbers, Many, ::testing::Range(0, 35));

// Not among the fifty.
TEST(Extra, KeepsWhatItMakesOnce) {
  static const std::string* const table = new std::string(200, 'x');
  EXPECT_EQ(table->size(), 200U);
}
TEST(Extra, GoesBeyondItsMemoryLimit) {
  leakhook::gtest::limit_memory(1000);
  std::free(std::malloc(1500));
}
TEST(Extra, AllocatesMuch) {
  for (int i = 0; i != 300000; ++i) std::free(std::malloc(static_cast<std::size_t>(i % 500)));
}

}  // namespace

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  leakhook::gtest::Options options;
  bool installs = true;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "warm_up") == 0) options.warm_up_runs = 1;
    if (std::strcmp(argv[i], "this_thread") == 0) options.threads = leakhook::Threads::kThis;
    if (std::strcmp(argv[i], "without_listener") == 0) installs = false;
  }
  if (installs) leakhook::gtest::install(options);
  return RUN_ALL_TESTS();
}
