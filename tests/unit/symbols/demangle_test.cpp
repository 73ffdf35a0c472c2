#include "symbols/demangle.h"

#include <gtest/gtest.h>

namespace leak::scan {
namespace {

TEST(Demangle, LeavesPlainNamesAlone) {
  EXPECT_EQ(demangle("main"), "main");
  EXPECT_EQ(demangle("_start"), "_start");
  EXPECT_EQ(demangle("_Znot a name"), "_Znot a name");
}

TEST(Demangle, NamesCppFunctions) {
  EXPECT_EQ(demangle("_ZN3FooC1Ei"), "Foo::Foo(int)");
  EXPECT_EQ(demangle("_ZN3FooC1Ei.cold"), "Foo::Foo(int)");
}

TEST(Demangle, DropsDefaultTemplateArguments) {
  EXPECT_EQ(demangle("_Z3fooRKNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE"), "foo(std::string const&)");
  EXPECT_EQ(demangle("_Z3fooRSt6vectorIiSaIiEE"), "foo(std::vector<int>&)");
  EXPECT_EQ(simplify_type_names("std::map<int, Foo, std::less<int>, std::allocator<std::pair<int const, Foo> > >"),
            "std::map<int, Foo>");
}

TEST(Demangle, KeepsAllocatorsThatAreNotDefaults) {
  EXPECT_EQ(simplify_type_names("f(int, std::allocator<int>)"), "f(int, std::allocator<int>)");
  EXPECT_EQ(simplify_type_names("std::vector<int, Arena<int> >"), "std::vector<int, Arena<int>>");
}

TEST(Demangle, NamesRustFunctions) {
  EXPECT_EQ(demangle("_ZN4core3ptr13drop_in_place17h0123456789abcdefE"), "core::ptr::drop_in_place");
  EXPECT_EQ(demangle("_ZN63_$LT$alloc..vec..Vec$LT$T$GT$$u20$as$u20$core..clone..Clone$GT$"
                     "5clone17h0123456789abcdefE"),
            "<alloc::vec::Vec<T> as core::clone::Clone>::clone");
}

}  // namespace
}  // namespace leak::scan
