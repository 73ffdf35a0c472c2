// GoogleTest: fails the very test that leaks, and says who made what it left behind.
//
//     #include <leakhook/gtest.h>
//     int main(int argc, char** argv) {
//       ::testing::InitGoogleTest(&argc, argv);
//       leakhook::gtest::install();
//       return RUN_ALL_TESTS();
//     }
//     TEST(Cart, Grows) {
//       leakhook::gtest::limit_memory(1 << 20);  // at one time, of what the test makes
//       leakhook::gtest::limit_leaks(100);       // instead of 0
//       ...
//     }
//
//     LD_PRELOAD=libleakhook.so ./tests            or: leakscan run -- ./tests
//
// A test leaks when blocks that were made between its start and its end, fixture included, are still live
// then. What is made once and kept (a static variable, a cache) is not the test's fault: options.warm_up_runs
// repeats all tests and judges only the last round. Blocks of GoogleTest itself and of the dynamic loader do
// not count. A test that has failed already, or was skipped, is not judged.
//
// Without libleakhook.so nothing is judged, and limits do nothing. C++14. To be used by the thread that runs the
// tests; tests may start threads.
#ifndef LEAKHOOK_GTEST_H
#define LEAKHOOK_GTEST_H

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "scope.h"

namespace leakhook {
namespace gtest {

struct Options {
  Threads threads = Threads::kAll;  // kThis: only what the thread that runs the tests makes
  int warm_up_runs = 0;             // rounds of all tests before the one that is judged
  std::uint64_t limit_leaks = 0;    // bytes that any test may leave behind
  std::size_t most_stacks = 5;      // in a message
};

class LeakListener : public ::testing::EmptyTestEventListener {
 public:
  explicit LeakListener(Options options) : options_(options) {}

  static LeakListener*& installed() {
    static LeakListener* listener = nullptr;
    return listener;
  }

  // Of the test that runs.
  void limit_memory(std::uint64_t bytes) { memory_limit_ = bytes; }
  void limit_leaks(std::uint64_t bytes) { leak_limit_ = bytes; }

  void OnTestIterationStart(const ::testing::UnitTest&, int iteration) override {
    judges_ = iteration >= options_.warm_up_runs;
  }

  void OnTestStart(const ::testing::TestInfo&) override {
    memory_limit_ = kNoLimit;
    leak_limit_ = options_.limit_leaks;
    if (judges_) window_.reset(new Window(options_.threads));  // last: it is not in itself
  }

  void OnTestEnd(const ::testing::TestInfo& test) override {
    if (!window_) return;
    window_->stop();
    if (window_->is_open() && test.result()->Passed()) judge(test);
    window_.reset();
  }

 private:
  static constexpr std::uint64_t kNoLimit = ~std::uint64_t{0};

  void judge(const ::testing::TestInfo& test) {
    const Counts counts = window_->counts();
    if (counts.peak_bytes > memory_limit_) {
      ADD_FAILURE_AT(test.file(), test.line())
          << "leakhook: this test held " << counts.peak_bytes << " bytes at one time; its limit is "
          << memory_limit_;
    }
    if (counts.live_blocks == 0) return;
    std::vector<Block> blocks = window_->blocks();
    blocks.erase(std::remove_if(blocks.begin(), blocks.end(), &is_foreign), blocks.end());
    std::uint64_t bytes = 0;
    for (const Block& block : blocks) bytes += block.size;
    if (blocks.empty() || (leak_limit_ != 0 && bytes <= leak_limit_)) return;
    const std::string limit =
        leak_limit_ == 0 ? std::string() : "; its limit is " + std::to_string(leak_limit_) + " bytes";
    ADD_FAILURE_AT(test.file(), test.line())
        << "leakhook: " << ::leakhook::detail::amount(bytes, blocks.size())
        << " that this test made live on at its end" << limit << "\n"
        << describe(blocks, options_.most_stacks, &is_google_test);
  }

  static bool begins_with(const std::string& text, const char* beginning) {
    return text.compare(0, std::char_traits<char>::length(beginning), beginning) == 0;
  }

  // Of the C++ library and its templates: who calls them is to blame.
  static bool is_library(const std::string& linker_name) {
    for (const char* beginning : {"_ZNSt", "_ZNKSt", "_ZSt", "_ZN9__gnu_cxx", "_ZNK9__gnu_cxx", "_Zn", "_ZNS"}) {
      if (begins_with(linker_name, beginning)) return true;
    }
    return false;
  }

  // Made by GoogleTest for itself, or by the loader (the thread-local memory of a thread, which glibc keeps).
  static bool is_foreign(const Block& block) {
    for (std::uint32_t i = 0; i != block.frame_count; ++i) {
      const Symbol symbol = symbol_of(block.frames[i]);
      if (i == 0 && symbol.module.find("/ld-linux") != std::string::npos) return true;
      if (is_library(symbol.linker_name)) continue;
      return is_google_test(symbol);
    }
    return false;
  }

  static bool is_google_test(const Symbol& symbol) {
    return begins_with(symbol.linker_name, "_ZN7testing") || begins_with(symbol.linker_name, "_ZNK7testing");
  }

  Options options_;
  bool judges_ = true;
  std::uint64_t memory_limit_ = kNoLimit;
  std::uint64_t leak_limit_ = 0;
  std::unique_ptr<Window> window_;
};

// Once, after InitGoogleTest and after other listeners, before RUN_ALL_TESTS. GoogleTest owns the listener.
inline void install(Options options = {}) {
  if (LeakListener::installed() != nullptr) return;
#ifdef GTEST_FLAG_SET
  if (options.warm_up_runs > 0 && GTEST_FLAG_GET(repeat) == 1) GTEST_FLAG_SET(repeat, options.warm_up_runs + 1);
#else
  if (options.warm_up_runs > 0 && ::testing::GTEST_FLAG(repeat) == 1)
    ::testing::GTEST_FLAG(repeat) = options.warm_up_runs + 1;
#endif
  LeakListener::installed() = new LeakListener(options);
  ::testing::UnitTest::GetInstance()->listeners().Append(LeakListener::installed());
}

// For the test that runs: what it makes may not be larger at any time.
inline void limit_memory(std::uint64_t bytes) {
  if (LeakListener::installed() != nullptr) LeakListener::installed()->limit_memory(bytes);
}

// For the test that runs: what it may leave behind.
inline void limit_leaks(std::uint64_t bytes) {
  if (LeakListener::installed() != nullptr) LeakListener::installed()->limit_leaks(bytes);
}

}  // namespace gtest
}  // namespace leakhook

#endif
