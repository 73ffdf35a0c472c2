// Different code at the same addresses, one after the other.
#include <dlfcn.h>
#include <gtest/gtest.h>

#include <string>

#include "record/pc_table.h"
#include "record/stack_verify.h"
#include "unit/record/stack_checker.h"

namespace leak::test {
namespace {

using CallBack = void(void (*)());

struct Visit {
  CallBack* entry;
  std::uint32_t depth;
};

void visit_checkpoint() {
  hook::forget_referee_cache();
  checkpoint();
}

// Loads the plugin, lets it call back, unloads it.
Visit visit(const char* path, bool tell) {
  void* const library = dlopen(path, RTLD_NOW);
  if (library == nullptr) return {nullptr, 0};
  if (tell) hook::g_code_generation.fetch_add(1);
  auto* const call_back = reinterpret_cast<CallBack*>(dlsym(library, "call_back"));
  for (int i = 0; i != 3; ++i) call_back(visit_checkpoint);
  const Visit result{call_back, last_depth()};
  dlclose(library);
  if (tell) hook::g_code_generation.fetch_add(1);
  return result;
}

class ReloadedCode : public testing::TestWithParam<bool> {};

TEST_P(ReloadedCode, IsWalkedByItsOwnRules) {
  if (!prepare_checker()) GTEST_SKIP() << "libunwind.so.8 is not installed";
  const CheckTotals before = check_totals();
  unsigned replaced = 0;
  Visit last{};
  for (int i = 0; i != 200; ++i) {
    const Visit now = visit(i % 2 == 0 ? RECORD_PLUGIN_SMALL : RECORD_PLUGIN_LARGE, GetParam());
    ASSERT_NE(now.entry, nullptr) << dlerror();
    if (i != 0 && now.entry == last.entry) ++replaced;
    if (i != 0) {
      EXPECT_EQ(now.depth, last.depth);
    }
    last = now;
  }
  const CheckTotals after = check_totals();
  EXPECT_EQ(after.mismatched, before.mismatched) << first_complaint();
  EXPECT_EQ(after.bad_deltas, before.bad_deltas) << first_complaint();
  EXPECT_EQ(after.equal - before.equal, 600U) << first_complaint();
  EXPECT_GT(replaced, 100U) << "the loader does not reuse addresses: nothing was tested";
}

// false: the change is found by the unwinder itself, as for what libc loads behind our back.
INSTANTIATE_TEST_SUITE_P(Announced, ReloadedCode, testing::Values(true, false),
                         [](const auto& parameter) { return parameter.param ? "Yes" : "No"; });

}  // namespace
}  // namespace leak::test
