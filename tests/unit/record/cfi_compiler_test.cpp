#include "record/unwind/cfi_compiler.h"

#include <gtest/gtest.h>

#include "record/unwind/code_modules.h"
#include "sys/memory_probe.h"
#include "unit/record/hand_made_code.h"

#include <sys/mman.h>

namespace leak::hook::unwind {
namespace {

Rule rule_at(const char* return_address) {
  prepare_code_modules();
  return compile_rule(reinterpret_cast<std::uintptr_t>(return_address));
}

TEST(CfiCompiler, TakesCfaFromStackPointer) {
  const Rule rule = rule_at(call_plain_site);
  EXPECT_EQ(rule.cfa, Cfa::kFromSp);
  EXPECT_EQ(rule.cfa_offset, 48);
  EXPECT_EQ(rule.saved_bp, SavedBp::kSame);
}

TEST(CfiCompiler, TakesCfaFromFramePointer) {
  const Rule rule = rule_at(call_framed_site);
  EXPECT_EQ(rule.cfa, Cfa::kFromBp);
  EXPECT_EQ(rule.cfa_offset, 16);
  EXPECT_EQ(rule.saved_bp, SavedBp::kAtCfa);
  EXPECT_EQ(rule.bp_offset, -16);
}

TEST(CfiCompiler, TakesCfaOfRealignedFrameFromItsSlot) {
  const Rule rule = rule_at(call_realigned_site);
  EXPECT_EQ(rule.cfa, Cfa::kFromBpSlot);
  EXPECT_EQ(rule.cfa_offset, -8);
  EXPECT_EQ(rule.saved_bp, SavedBp::kAtBp);
  EXPECT_EQ(rule.bp_offset, 0);
}

TEST(CfiCompiler, LeavesOtherRegistersAndArithmeticToTheFullWalk) {
  EXPECT_EQ(rule_at(call_through_rbx_site).cfa, Cfa::kFullWalk);
  EXPECT_EQ(rule_at(call_by_expression_site).cfa, Cfa::kFullWalk);
}

TEST(CfiCompiler, GuessesWithoutCallFrameInformation) {
  EXPECT_EQ(rule_at(call_without_cfi_site).cfa, Cfa::kGuess);
  EXPECT_EQ(rule_at(call_without_frame_site).cfa, Cfa::kGuess);
}

TEST(CfiCompiler, DoesNotTakeDataForCode) {
  static const char text[] = "no call stands before the end of this text";
  EXPECT_EQ(rule_at(text + sizeof(text) - 1).cfa, Cfa::kUnknown);
  EXPECT_EQ(rule_at(reinterpret_cast<const char*>(16)).cfa, Cfa::kUnknown);
  EXPECT_EQ(rule_at(reinterpret_cast<const char*>(1)).cfa, Cfa::kUnknown);
}

TEST(CfiCompiler, LooksUpTheCallAndNotWhatFollows) {
  const Rule rule = rule_at(call_at_end_site);
  EXPECT_EQ(rule.cfa, Cfa::kFromSp);
  EXPECT_EQ(rule.cfa_offset, 96);
  // The same address as an interrupted instruction is the next function's first.
  const Rule exact = compile_rule(reinterpret_cast<std::uintptr_t>(call_at_end_site) | kExactBit);
  EXPECT_EQ(exact.cfa_offset, 8);
}

TEST(CfiCompiler, RestoresRememberedRows) {
  const Rule rule = rule_at(call_remembering_site);
  EXPECT_EQ(rule.cfa, Cfa::kFromSp);
  EXPECT_EQ(rule.cfa_offset, 80);
  EXPECT_EQ(rule.saved_bp, SavedBp::kAtCfa);
  EXPECT_EQ(rule.bp_offset, -24);
}

TEST(UnwindRule, SurvivesPacking) {
  constexpr Position kPosition = 0x7ffff7dd1234 | kExactBit;
  const Rule rules[] = {{Cfa::kFromSp, SavedBp::kAtCfa, 1048568, -1048568},
                        {Cfa::kFromBp, SavedBp::kAtCfa, 16, -1048576},
                        {Cfa::kFromBp, SavedBp::kAtCfa, 16, -16},
                        {Cfa::kFromBpSlot, SavedBp::kAtBp, -8, 0},
                        {Cfa::kFromSp, SavedBp::kAtBp, 8, 64},
                        {Cfa::kGuess, SavedBp::kSame, 0, -8},
                        {Cfa::kOutermost, SavedBp::kSame, 0, -8}};
  for (const Rule& rule : rules) {
    const PackedRule packed = pack(kPosition, rule, 0xabcdef1);
    EXPECT_TRUE(packed.is_for(kPosition));
    EXPECT_FALSE(packed.is_for(kPosition ^ kExactBit));
    EXPECT_EQ(packed.cfa(), rule.cfa);
    EXPECT_EQ(packed.saved_bp(), rule.saved_bp);
    EXPECT_EQ(packed.cfa_offset(), rule.cfa_offset);
    EXPECT_EQ(packed.bp_offset(), rule.bp_offset);
    EXPECT_EQ(packed.id(), 0xabcdef1U);
  }
  EXPECT_EQ(pack(kPosition, {Cfa::kFromSp, SavedBp::kSame, 1 << 20, 0}, 1).cfa(), Cfa::kFullWalk);
  EXPECT_EQ(pack(kPosition, {Cfa::kFromSp, SavedBp::kSame, 12, 0}, 1).cfa(), Cfa::kFullWalk);
  EXPECT_EQ(pack(kPosition, {Cfa::kFromSp, SavedBp::kSame, 0, 0}, 1).cfa(), Cfa::kFullWalk);
  EXPECT_EQ(pack(kPosition, {Cfa::kFromSp, SavedBp::kAtCfa, 16, -24}, 1).cfa(), Cfa::kFullWalk);
}

TEST(MemoryProbe, FindsTheEndOfReadableMemory) {
  constexpr std::size_t kPage = 4096;
  auto* const memory = static_cast<char*>(mmap(nullptr, 4 * kPage, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  ASSERT_NE(memory, MAP_FAILED);
  ASSERT_EQ(mprotect(memory + 3 * kPage, kPage, PROT_NONE), 0);
  const auto start = reinterpret_cast<std::uintptr_t>(memory);
  EXPECT_EQ(sys::readable_end(start + 100, start + 4 * kPage), start + 3 * kPage);
  EXPECT_EQ(sys::readable_end(start + 100, start + 200), start + 200);
  EXPECT_EQ(sys::readable_end(start + 3 * kPage + 8, start + 4 * kPage), start + 3 * kPage + 8);
  munmap(memory, 4 * kPage);
}

}  // namespace
}  // namespace leak::hook::unwind
