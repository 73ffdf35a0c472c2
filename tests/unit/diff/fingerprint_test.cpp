#include "diff/fingerprint.h"

#include <gtest/gtest.h>

namespace leak::scan {
namespace {

TEST(StableFunction, LosesWhatARebuildChanges) {
  EXPECT_EQ(stable_function("load_config"), "load_config");
  EXPECT_EQ(stable_function("load_config+0x1f"), "load_config");
  EXPECT_EQ(stable_function("load_config.isra.0"), "load_config");
  EXPECT_EQ(stable_function("load_config.constprop.1.cold"), "load_config");
  EXPECT_EQ(stable_function("shop::Cart::add(Item const&)"), "shop::Cart::add");
  EXPECT_EQ(stable_function("shop::Cart::add(Item) [clone .part.0]"), "shop::Cart::add");
  EXPECT_EQ(stable_function("void shop::serve<Request, int>(Request)"), "shop::serve<>");
  EXPECT_EQ(stable_function("shop::Map<std::vector<int> >::insert(int)"), "shop::Map<>::insert");
  EXPECT_EQ(stable_function("name[abi:cxx11](int)"), "name");
  EXPECT_EQ(stable_function("main::{lambda(int)#2}::operator()(int) const"), "main::{lambda}::operator()");
  EXPECT_EQ(stable_function("(anonymous namespace)::leak()"), "(anonymous namespace)::leak");
  EXPECT_EQ(stable_function("shop::parse::h0123456789abcdef"), "shop::parse");
}

TEST(StableFunction, KeepsOperators) {
  EXPECT_EQ(stable_function("Log::operator<<(int)"), "Log::operator<<");
  EXPECT_EQ(stable_function("Ptr<int>::operator->()"), "Ptr<>::operator->");
  EXPECT_EQ(stable_function("operator<(A, B)"), "operator<");
}

TEST(StableModule, IsTheFileNameWithoutVersion) {
  EXPECT_EQ(stable_module("/usr/lib/libfoo.so.1.2.3"), "libfoo.so");
  EXPECT_EQ(stable_module("/opt/server"), "server");
  EXPECT_EQ(stable_module(""), "");
}

struct Stack {
  std::vector<ReportFrame> frames;
  std::vector<FrameId> ids;
  Stack& add(const std::string& function, const std::string& module = "/bin/app", bool system = false) {
    ids.emplace_back(static_cast<std::uint32_t>(frames.size()));
    frames.push_back({function, "a.cpp", 10, module, 0x1000, false, system, {}});
    return *this;
  }
  Fingerprint fingerprint() const { return fingerprint_of(ids, frames); }
};

TEST(Fingerprint, IsOfTheProgramsFramesFromTheBlamedOneOn) {
  Stack stack;
  stack.add("operator new(unsigned long)", "/lib/libstdc++.so.6", true).add("make(int)").add("main");
  stack.add("__libc_start_main", "/lib/libc.so.6", true);
  EXPECT_EQ(stack.fingerprint().frames, (std::vector<std::string>{"make@app", "main@app"}));
}

TEST(Fingerprint, DoesNotDependOnLinesAddressesAndPaths) {
  Stack one;
  one.add("make(int)").add("main");
  Stack other;
  other.add("make(int)", "/elsewhere/app").add("main", "/elsewhere/app");
  for (ReportFrame& frame : other.frames) {
    frame.line += 100;
    frame.address += 4096;
    frame.inlined = true;
  }
  EXPECT_EQ(one.fingerprint().id, other.fingerprint().id);
  EXPECT_EQ(one.fingerprint().id.size(), 16U);
}

// Pinned: baselines of today must be found by tomorrow's leakscan.
TEST(Fingerprint, IsFnv1aOfTheLines) {
  EXPECT_EQ(fingerprint_of({}).id, "cbf29ce484222325");
  EXPECT_EQ(fingerprint_of({"a"}).id, "089bdc07b544e7b2");
}

TEST(Fingerprint, TellsRecursionOnce) {
  Stack deep;
  deep.add("leaf");
  for (int i = 0; i != 5; ++i) deep.add("even").add("odd");
  deep.add("main");
  EXPECT_EQ(deep.fingerprint().frames,
            (std::vector<std::string>{"leaf@app", "even@app", "odd@app", "main@app"}));
}

TEST(Fingerprint, OfOtherFunctionsDiffers) {
  EXPECT_NE(Stack().add("make").add("main").fingerprint().id,
            Stack().add("make").add("other").fingerprint().id);
  EXPECT_NE(Stack().add("make", "/lib/a.so").fingerprint().id,
            Stack().add("make", "/lib/b.so").fingerprint().id);
}

TEST(Fingerprint, KeepsTheSystemsFramesWhereNothingElseIs) {
  EXPECT_EQ(Stack().add("setlocale", "/lib/libc.so.6", true).fingerprint().frames,
            (std::vector<std::string>{"setlocale@libc.so"}));
}

TEST(Fingerprint, FramesWithoutSymbolAreTheirModules) {
  EXPECT_EQ(Stack().add("app+0x1234").add("main").fingerprint().frames,
            (std::vector<std::string>{"?@app", "main@app"}));
}

TEST(Fingerprint, ARenamedProgramIsTheSame) {
  const Stack stack = Stack().add("make", "/bin/app_old");
  EXPECT_EQ(fingerprint_of(stack.ids, stack.frames, {"app_old", "app"}).frames.front(), "make@app");
}

TEST(IsSamePlace, CallersMayBeMissingButNotOthers) {
  const std::vector<std::string> whole = {"make", "middle", "main"};
  EXPECT_TRUE(is_same_place(whole, {"make", "main"}));
  EXPECT_TRUE(is_same_place({"make", "main"}, whole));
  EXPECT_FALSE(is_same_place(whole, {"middle", "main"}));
  EXPECT_FALSE(is_same_place(whole, {"make", "other", "main"}));
  EXPECT_FALSE(is_same_place(whole, {}));
}

}  // namespace
}  // namespace leak::scan
