#include "report/allocation_wrappers.h"

#include <gtest/gtest.h>

namespace leak::scan {
namespace {

class Stacks {
 public:
  std::vector<FrameId> stack(const std::vector<std::string>& functions) {
    std::vector<FrameId> ids;
    for (const std::string& function : functions) {
      frames.emplace_back();
      frames.back().function = function;
      frames.back().module = "/usr/bin/shop";
      frames.back().system = function == "malloc";
      ids.emplace_back(static_cast<std::uint32_t>(frames.size() - 1));
    }
    return ids;
  }

  // Whom the last of these stacks is blamed on.
  std::string blamed(const std::vector<std::vector<std::string>>& stacks) {
    AllocationWrappers wrappers(frames);
    std::vector<FrameId> last;
    for (const std::vector<std::string>& functions : stacks) {
      last = stack(functions);
      wrappers.add(last);
    }
    const std::optional<FrameId> id = wrappers.blamed(last);
    return id ? frames[id->index()].function : "";
  }

  std::vector<ReportFrame> frames;
};

TEST(AllocationWrappers, TheirCallersAreBlamed) {
  EXPECT_EQ(Stacks().blamed({{"malloc", "zmalloc", "make_string", "main"},
                             {"malloc", "zmalloc", "make_list", "main"},
                             {"malloc", "zmalloc", "make_table", "main"}}),
            "make_table");
}

TEST(AllocationWrappers, ThroughEachOther) {
  EXPECT_EQ(
      Stacks().blamed({{"malloc", "sqlite3MemMalloc", "mallocWithAlarm", "sqlite3Malloc", "open", "main"},
                       {"malloc", "sqlite3MemMalloc", "mallocWithAlarm", "sqlite3Malloc", "prepare", "main"},
                       {"malloc", "sqlite3MemMalloc", "mallocWithAlarm", "sqlite3Malloc", "step", "main"}}),
      "step");
}

TEST(AllocationWrappers, TheirPartsWithoutNamesAreNotBlamed) {
  EXPECT_EQ(Stacks().blamed({{"malloc", "shop+0x10", "shop+0x20", "sqlite3Malloc", "open", "main"},
                             {"malloc", "shop+0x10", "shop+0x20", "sqlite3Malloc", "prepare", "main"},
                             {"malloc", "shop+0x10", "shop+0x20", "sqlite3Malloc", "step", "main"}}),
            "step");
  EXPECT_EQ(Stacks().blamed({{"malloc", "shop+0x10", "sqlite3Malloc", "step", "main"}}), "shop+0x10");
}

TEST(AllocationWrappers, AFunctionWithoutANameIsBlamedWhereNoWrapperCallsIt) {
  EXPECT_EQ(Stacks().blamed({{"malloc", "shop+0x10", "open", "main"},
                             {"malloc", "shop+0x10", "prepare", "main"},
                             {"malloc", "shop+0x10", "step", "main"}}),
            "shop+0x10");
  EXPECT_EQ(Stacks().blamed({{"malloc", "zmalloc", "shop+0x10", "main"},
                             {"malloc", "zmalloc", "shop+0x20", "main"},
                             {"malloc", "zmalloc", "shop+0x30", "main"}}),
            "shop+0x30");
  EXPECT_EQ(Stacks().blamed({{"malloc", "shop+0x10", "shop+0x20"}}), "shop+0x10");
}

TEST(AllocationWrappers, AFunctionWithOneCallerIsToBlameWhateverItIsCalled) {
  const std::vector<std::string> stack = {"malloc", "leak_malloc", "main"};
  EXPECT_EQ(Stacks().blamed({stack, stack, stack}), "leak_malloc");
  EXPECT_EQ(Stacks().blamed(
                {{"malloc", "make_node", "a"}, {"malloc", "make_node", "b"}, {"malloc", "make_node", "c"}}),
            "make_node");
}

TEST(AllocationWrappers, AFunctionIsOneCallerAtAllItsPlaces) {
  EXPECT_EQ(Stacks().blamed({{"malloc", "leak_malloc+0x10", "load+0x10", "main"},
                             {"malloc", "leak_malloc+0x10", "load+0x20", "main"},
                             {"malloc", "leak_malloc+0x10", "load+0x30", "main"}}),
            "leak_malloc+0x10");
  EXPECT_EQ(Stacks().blamed({{"malloc", "zmalloc+0x10", "load+0x10", "main"},
                             {"malloc", "zmalloc+0x20", "save+0x10", "main"},
                             {"malloc", "zmalloc+0x30", "step+0x10", "main"}}),
            "step+0x10");
}

TEST(AllocationWrappers, ThereMustBeACaller) {
  EXPECT_EQ(Stacks().blamed({{"malloc", "zmalloc", "a"},
                             {"malloc", "zmalloc", "b"},
                             {"malloc", "zmalloc", "c"},
                             {"malloc", "zmalloc"}}),
            "zmalloc");
  EXPECT_EQ(Stacks().blamed({{"malloc"}}), "");
}

TEST(AllocationWrappers, NamesSayHowSureOneMayBe) {
  for (const char* const name :
       {"zmalloc", "ztrymalloc_usable_internal", "sqlite3DbMallocRawNN", "PyMem_RawMalloc", "git__strdup",
        "Perl_safesysmalloc", "av_mallocz", "ngx_palloc", "my_memdup(int)"}) {
    EXPECT_EQ(callers_of_a_wrapper(name), 3U) << name;
  }
  for (const char* const name :
       {"ns::Arena<int>::allocate(unsigned long)", "MemoryContextAlloc", "inode_alloc"}) {
    EXPECT_EQ(callers_of_a_wrapper(name), 8U) << name;
  }
  EXPECT_EQ(callers_of_a_wrapper("Message::operator new(unsigned long)"), 1U);
  for (const char* const name : {"main", "make_node", "allocate_session", "dynamicallocation",
                                 "Buffer::reallocate", "strdupe_check", ""}) {
    EXPECT_EQ(callers_of_a_wrapper(name), 0U) << name;
  }
}

}  // namespace
}  // namespace leak::scan
