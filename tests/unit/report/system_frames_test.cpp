#include "report/system_frames.h"

#include <gtest/gtest.h>

#include <string>

namespace leak::scan {
namespace {

bool is_system(const std::string& function, const std::string& module = "/usr/bin/shop",
               const std::string& file = {}) {
  ReportFrame frame;
  frame.function = function;
  frame.module = module;
  frame.file = file;
  return is_system_frame(frame);
}

TEST(SystemFrames, FindsTheNameInASignature) {
  EXPECT_EQ(qualified_name("main"), "main");
  EXPECT_EQ(qualified_name("void std::vector<int>::push_back(int const&)"), "std::vector<int>::push_back");
  EXPECT_EQ(qualified_name("(anonymous namespace)::Local::make(int)"), "(anonymous namespace)::Local::make");
  EXPECT_EQ(qualified_name("int* (anonymous namespace)::make<int>(int)"), "(anonymous namespace)::make<int>");
  EXPECT_EQ(qualified_name("Foo::operator()(int) const"), "Foo::operator()");
  EXPECT_EQ(qualified_name("std::ostream& operator<< <char>(std::ostream&)"), "operator<< <char>");
  EXPECT_EQ(qualified_name("operator new(unsigned long)"), "operator new");
  EXPECT_EQ(qualified_name("main::{lambda(int)#1}::operator()(int) const"),
            "main::{lambda(int)#1}::operator()");
}

TEST(SystemFrames, KnowsTheRuntime) {
  EXPECT_TRUE(is_system("anything", "/lib/x86_64-linux-gnu/libc.so.6"));
  EXPECT_TRUE(is_system("anything", "/lib64/ld-linux-x86-64.so.2"));
  EXPECT_TRUE(is_system("anything", "/usr/lib/libstdc++.so.6"));
  EXPECT_TRUE(is_system("anything", "/opt/libleakhook.so"));
  EXPECT_TRUE(is_system("operator new[](unsigned long)"));
  EXPECT_TRUE(is_system("std::string::_M_create(unsigned long&, unsigned long)"));
  EXPECT_TRUE(is_system("void std::vector<shop::Item>::_M_realloc_insert<shop::Item>(int)"));
  EXPECT_TRUE(is_system("allocate", "/usr/bin/shop", "/usr/include/c++/12/bits/new_allocator.h"));
  EXPECT_TRUE(is_system("xmalloc+0x12"));
  EXPECT_TRUE(is_system("alloc::vec::Vec::push", "/usr/bin/shop", "library/alloc/src/vec/mod.rs"));
}

TEST(SystemFrames, KnowsTheUsersOwnCode) {
  EXPECT_FALSE(is_system("main"));
  EXPECT_FALSE(is_system("shop::run(std::vector<int>)"));
  EXPECT_FALSE(is_system("standard::run()"));
  EXPECT_FALSE(is_system("mallocate+0x10"));
  EXPECT_FALSE(is_system("work", "/usr/lib/libcache.so.1"));
  EXPECT_FALSE(is_system("std_helper"));
}

TEST(SystemFrames, AFunctionIsTheSameAtAllItsPlaces) {
  const auto function = [](const char* name, const char* file = "") {
    ReportFrame frame;
    frame.function = name;
    frame.file = file;
    frame.module = "/usr/lib/libz.so.1";
    return std::string(function_without_offset(frame));
  };
  EXPECT_EQ(function("zmalloc+0x12"), "zmalloc");
  EXPECT_EQ(function("zmalloc", "zmalloc.c"), "zmalloc");
  EXPECT_EQ(function("libz.so.1+0x1200+0x34"), "libz.so.1+0x1200");
  EXPECT_EQ(function("libz.so.1+0x1234"), "libz.so.1+0x1234");
}

}  // namespace
}  // namespace leak::scan
