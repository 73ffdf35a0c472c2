#include "gate/baseline.h"

#include <gtest/gtest.h>

#include "support/refusal.h"

namespace leak::scan {
namespace {

std::string refusal_of_baseline(const std::string& text) {
  return test::refusal_of([&] { parse_baseline("leaks.txt", text); });
}

TEST(Baseline, ReadsWhatItWrote) {
  const Baseline baseline = {{"0123456789abcdef", 3, 144, {"leak_known@app", "main@app"}},
                             {"fedcba9876543210", 1, 8, {"(anonymous namespace)::f@app"}}};
  EXPECT_EQ(parse_baseline("f", format_baseline(baseline)), baseline);
}

TEST(Baseline, WrongFilesAreRefusedWithTheLine) {
  const std::string head = "# leakscan baseline 1\n";
  EXPECT_EQ(refusal_of_baseline("{}"),
            "baseline leaks.txt:1: this is no baseline: its first line is not '# leakscan baseline 1'");
  EXPECT_EQ(refusal_of_baseline(head + "  frame\n"), "baseline leaks.txt:2: a frame without a leak above it");
  for (const char* line :
       {"leak\n", "leak 0123456789abcdef 1\n", "leak xyz 1 2\n", "leak 0123456789abcdeg 1 2\n",
        "leak 0123456789abcdef 1 2 3\n", "loss 0123456789abcdef 1 2\n"}) {
    EXPECT_EQ(refusal_of_baseline(head + line), "baseline leaks.txt:2: expected 'leak FINGERPRINT BLOCKS BYTES'") << line;
  }
}

TEST(Baseline, AnInlinedCallerIsTheSamePlace) {
  std::vector<GateLeak> leaks(1);
  leaks[0].fingerprint = "1111111111111111";
  leaks[0].stable_stack = {"f@app", "main@app"};
  leaks[0].blocks = 3;
  const Baseline baseline = {{"2222222222222222", 3, 30, {"f@app", "g@app", "main@app"}}};
  EXPECT_TRUE(apply_baseline(baseline, leaks).empty());
  EXPECT_EQ(leaks[0].state, LeakState::kKnown);
}

}  // namespace
}  // namespace leak::scan
