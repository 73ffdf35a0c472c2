#include "symbols/elf_symbolizer.h"

#include <elfutils/libdwelf.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <utility>

#include "base/text.h"

namespace leak::scan {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kBias = 0x7f0000000000;

std::string program(const std::string& name) { return std::string(LEAK_PROGRAMS) + "/" + name; }

struct Expected {
  std::uint64_t address = 0;
  unsigned inner_line = 0;
  unsigned outer_line = 0;
  std::uint64_t variable = 0;
  std::uint64_t thread_local_distance = 0;
};

// What the program says about itself (programs/where_am_i.cpp).
Expected ask(const std::string& path) {
  Expected expected;
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(::popen(path.c_str(), "r"), &::pclose);
  EXPECT_EQ(std::fscanf(pipe.get(), "%lx %u %u %lx %lx", &expected.address, &expected.inner_line,
                        &expected.outer_line, &expected.variable, &expected.thread_local_distance),
            5);
  return expected;
}

std::vector<std::uint8_t> build_id_of(const std::string& path) {
  elf_version(EV_CURRENT);
  const int descriptor = ::open(path.c_str(), O_RDONLY);
  Elf* elf = elf_begin(descriptor, ELF_C_READ, nullptr);
  const void* bytes = nullptr;
  const ssize_t length = dwelf_elf_gnu_build_id(elf, &bytes);
  const auto* first = static_cast<const std::uint8_t*>(bytes);
  std::vector<std::uint8_t> id(first, first + (length > 0 ? length : 0));
  elf_end(elf);
  ::close(descriptor);
  return id;
}

Module module_of(const std::string& path) {
  Module module;
  module.id = ModuleId(1);
  module.path = path;
  module.build_id = build_id_of(path);
  module.load_bias = kBias;
  return module;
}

std::vector<SourceFrame> frames(ElfSymbolizer& symbolizer, const Module& module, std::uint64_t address) {
  ProgramCounter pc;
  pc.address = address + module.load_bias;
  pc.module = module.id;
  return symbolizer.frames_at(pc, &module);
}

void expect_inlined_call(const std::vector<SourceFrame>& found, const Expected& expected) {
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].function.find("void shop::record<int>(int, int)"), 0U) << found[0].function;
  EXPECT_TRUE(found[0].inlined);
  EXPECT_TRUE(found[0].file.ends_with("/where_am_i.cpp")) << found[0].file;
  EXPECT_EQ(found[0].line, expected.inner_line);
  EXPECT_EQ(found[1].function, "shop::Cart::add(int)");
  EXPECT_FALSE(found[1].inlined);
  EXPECT_TRUE(found[1].file.ends_with("/where_am_i.cpp")) << found[1].file;
  EXPECT_EQ(found[1].line, expected.outer_line);
}

class ElfSymbolizerForms : public testing::TestWithParam<const char*> {};

TEST_P(ElfSymbolizerForms, SeesInlinedCallsWithTheirLines) {
  const std::string path = program(GetParam());
  const Expected expected = ask(path);
  ElfSymbolizer symbolizer({});
  expect_inlined_call(frames(symbolizer, module_of(path), expected.address), expected);
  EXPECT_TRUE(symbolizer.warnings().empty());
}

#ifdef LEAK_HAVE_CLANG
#define LEAK_CLANG_FORMS , "clang_dwarf5"
#else
#define LEAK_CLANG_FORMS
#endif
TEST_P(ElfSymbolizerForms, NamesVariablesWithTheirFile) {
  const std::string path = program(GetParam());
  const Expected expected = ask(path);
  ElfSymbolizer symbolizer({});
  const Module module = module_of(path);
  const std::optional<DataSymbol> found = symbolizer.data_at(expected.variable + 2 + kBias, module);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->name, "shop::g_inner_line");
  EXPECT_EQ(found->offset, 2U);
  EXPECT_TRUE(found->file.ends_with("/where_am_i.cpp")) << found->file;
  EXPECT_FALSE(symbolizer.data_at(kBias + 8, module));
}

#if defined(__x86_64__)
TEST_P(ElfSymbolizerForms, NamesThreadLocalVariablesWithTheirFile) {
  const std::string path = program(GetParam());
  const Expected expected = ask(path);
  ElfSymbolizer symbolizer({});
  const Module module = module_of(path);
  const std::optional<DataSymbol> found =
      symbolizer.thread_local_at(expected.thread_local_distance - 4, module);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->name, "shop::t_calls");
  EXPECT_EQ(found->offset, 4U);
  EXPECT_EQ(found->size, 16U);
  // In its split form GCC leaves out where thread-local variables are.
  const bool is_known = std::string_view(GetParam()) != "split_dwarf";
  EXPECT_EQ(found->file.ends_with("/where_am_i.cpp"), is_known) << found->file;
  EXPECT_FALSE(symbolizer.thread_local_at(expected.thread_local_distance + 4096, module));
}
#endif

INSTANTIATE_TEST_SUITE_P(Programs, ElfSymbolizerForms,
                         testing::Values("plain", "no_pie", "dwarf4", "dwarf5",
                                         "split_dwarf" LEAK_CLANG_FORMS),
                         [](const auto& form) { return std::string(form.param); });

TEST(ElfSymbolizer, FallsBackToSymbolAndOffset) {
  const std::string path = program("no_debug_info");
  ElfSymbolizer symbolizer({});
  const std::vector<SourceFrame> found = frames(symbolizer, module_of(path), ask(path).address);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].function.find("shop::Cart::add(int)+0x"), 0U) << found[0].function;
  EXPECT_TRUE(found[0].file.empty());
}

// "stripped+0x1200+0x34": the start of a function in the file, and the place in it.
std::pair<std::uint64_t, std::uint64_t> nameless_place(ElfSymbolizer& symbolizer, std::uint64_t address) {
  const std::vector<SourceFrame> found = frames(symbolizer, module_of(program("stripped")), address);
  EXPECT_EQ(found.size(), 1U);
  unsigned long start = 0;
  unsigned long offset = 0;
  EXPECT_EQ(std::sscanf(found[0].function.c_str(), "stripped+0x%lx+0x%lx", &start, &offset), 2)
      << found[0].function;
  return {start, offset};
}

TEST(ElfSymbolizer, FallsBackToTheStartOfANamelessFunction) {
  const Expected expected = ask(program("stripped"));
  ElfSymbolizer symbolizer({});
  const auto [start, offset] = nameless_place(symbolizer, expected.address);
  EXPECT_EQ(start + offset, expected.address);
  EXPECT_EQ(nameless_place(symbolizer, start + 1), std::pair(start, std::uint64_t{1}));
  // A return address belongs to the call before it.
  const std::string before = frames(symbolizer, module_of(program("stripped")), start)[0].function;
  EXPECT_EQ(before.find("+" + hex_text(start) + "+"), std::string::npos) << before;
}

TEST(ElfSymbolizer, FallsBackToModuleAndOffset) {
  ElfSymbolizer symbolizer({});
  EXPECT_EQ(frames(symbolizer, module_of(program("stripped")), 0x10)[0].function, "stripped+0x10");
}

TEST(ElfSymbolizer, FindsASeparateDebugFileInADebugDirectory) {
  const std::string path = program("stripped");
  const Expected expected = ask(path);
  ElfSymbolizer symbolizer({{program("hidden")}, {}, 0});
  expect_inlined_call(frames(symbolizer, module_of(path), expected.address), expected);
}

TEST(ElfSymbolizer, FindsADebugFileByBuildId) {
  const std::string path = program("stripped");
  const Expected expected = ask(path);
  char digits[48] = {};
  std::size_t length = 0;
  for (const std::uint8_t byte : build_id_of(path)) {
    length += static_cast<std::size_t>(std::snprintf(digits + length, sizeof digits - length, "%02x", byte));
  }
  const std::string root = testing::TempDir() + "leak_build_ids";
  const std::string directory = root + "/.build-id/" + std::string(digits, 2);
  fs::create_directories(directory);
  const std::string debug_file = directory + "/" + std::string(digits + 2) + ".debug";
  fs::copy_file(program("hidden/stripped.debug"), debug_file, fs::copy_options::overwrite_existing);
  ElfSymbolizer symbolizer({{root}, {}, 0});
  expect_inlined_call(frames(symbolizer, module_of(path), expected.address), expected);

  // Also when the program itself is gone.
  Module gone = module_of(path);
  gone.path = "/nowhere/stripped";
  ElfSymbolizer without_program({{root}, {}, 0});
  expect_inlined_call(frames(without_program, gone, expected.address), expected);
  EXPECT_TRUE(without_program.warnings().empty());
  fs::remove_all(root);
}

TEST(ElfSymbolizer, LooksBelowTheSysroot) {
  const std::string path = program("plain");
  const Expected expected = ask(path);
  Module module = module_of(path);
  module.path = "/plain";
  ElfSymbolizer symbolizer({{}, LEAK_PROGRAMS, 0});
  expect_inlined_call(frames(symbolizer, module, expected.address), expected);
}

TEST(ElfSymbolizer, RefusesTheNamesOfAnotherBuild) {
  const std::string path = program("plain");
  const Expected expected = ask(path);
  Module module = module_of(path);
  module.build_id.back() ^= 1;
  ElfSymbolizer symbolizer({});
  const std::vector<SourceFrame> found = frames(symbolizer, module, expected.address);
  frames(symbolizer, module, expected.address);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].function.find("plain+0x"), 0U);
  ASSERT_EQ(symbolizer.warnings().size(), 1U);
  EXPECT_NE(symbolizer.warnings()[0].find("was rebuilt since the recording"), std::string::npos);
}

TEST(ElfSymbolizer, SaysWhatIsMissing) {
  Module module;
  module.id = ModuleId(1);
  module.path = "/nowhere/libgone.so (deleted)";
  module.load_bias = 0x1000;
  ElfSymbolizer symbolizer({});
  EXPECT_EQ(frames(symbolizer, module, 0x234)[0].function, "libgone.so (deleted)+0x234");
  ASSERT_EQ(symbolizer.warnings().size(), 1U);
  EXPECT_NE(symbolizer.warnings()[0].find("/nowhere/libgone.so is not on this machine"), std::string::npos);
}

TEST(ElfSymbolizer, NamesCodeOutsideOfFiles) {
  ElfSymbolizer symbolizer({});
  ProgramCounter pc;
  pc.address = 0x7f1234;
  EXPECT_EQ(symbolizer.frames_at(pc, nullptr)[0].function, "0x7f1234");
  Module vdso;
  vdso.id = ModuleId(1);
  vdso.path = "[vdso]";
  EXPECT_EQ(frames(symbolizer, vdso, 0x10)[0].function, "[vdso]+0x10");
  EXPECT_TRUE(symbolizer.warnings().empty());
}

TEST(ElfSymbolizer, SurvivesFilesThatAreNotElf) {
  const std::string path = testing::TempDir() + "leak_not_elf.so";
  std::ofstream(path) << "#!/bin/sh\n";
  Module module;
  module.id = ModuleId(1);
  module.path = path;
  ElfSymbolizer symbolizer({});
  EXPECT_EQ(frames(symbolizer, module, 0x10)[0].function, "leak_not_elf.so+0x10");
  EXPECT_EQ(symbolizer.warnings().size(), 1U);
  fs::remove(path);
}

TEST(ElfSymbolizer, SurvivesDamagedDebugInfo) {
  std::ifstream file(program("plain"), std::ios::binary);
  const std::string intact((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  const Expected expected = ask(program("plain"));
  const std::string path = testing::TempDir() + "leak_damaged";
  for (std::size_t seed = 1; seed != 60; ++seed) {
    std::string damaged = intact;
    for (std::size_t i = 0; i != 40; ++i) {
      // Behind the headers: the file stays an ELF file with that many sections.
      const std::size_t at = 4096 + (seed * 2654435761U + i * 40503U * seed) % (damaged.size() - 8192);
      damaged[at] = static_cast<char>(damaged[at] ^ static_cast<char>(1 + seed % 255));
    }
    std::ofstream(path, std::ios::binary | std::ios::trunc) << damaged;
    Module module;
    module.id = ModuleId(1);
    module.path = path;
    ElfSymbolizer symbolizer({});
    EXPECT_FALSE(frames(symbolizer, module, expected.address).empty());
  }
  fs::remove(path);
}

}  // namespace
}  // namespace leak::scan
