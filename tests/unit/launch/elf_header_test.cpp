#include "launch/elf_header.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "unit/launch/built_program.h"

namespace leak::scan {
namespace {

TEST(ElfHeader, ReadsADynamicProgram) {
  const std::optional<ElfHeader> elf =
      read_elf_header(built_program("dynamic"), {"main", "atoi", "no_such_symbol"});
  ASSERT_TRUE(elf);
  EXPECT_TRUE(elf->is_64_bit);
  EXPECT_EQ(elf->machine, own_machine());
  EXPECT_NE(elf->interpreter.find("ld-linux"), std::string::npos);
  EXPECT_NE(std::find_if(elf->needed.begin(), elf->needed.end(),
                         [](const std::string& name) { return name.starts_with("libc.so"); }),
            elf->needed.end());
}

TEST(ElfHeader, IsNothingForOtherFiles) {
  EXPECT_FALSE(read_elf_header("/dev/null", {}));
  EXPECT_FALSE(read_elf_header("/no/such/file", {}));
  EXPECT_FALSE(read_elf_header("/proc/self/status", {}));
}

TEST(ElfHeader, SurvivesAnyCutAndManyFlips) {
  std::ifstream file(built_program("dynamic"), std::ios::binary);
  const std::string intact((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  const std::string path = testing::TempDir() + "leak_elf_header";
  for (std::size_t length = 0; length < 4096; length += 61) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << intact.substr(0, length);
    read_elf_header(path, {"main"});
  }
  for (std::size_t at = 0; at < 1024; at += 3) {
    std::string flipped = intact;
    flipped[at] = static_cast<char>(~flipped[at]);
    std::ofstream(path, std::ios::binary | std::ios::trunc) << flipped;
    read_elf_header(path, {"main"});
  }
  ::unlink(path.c_str());
}

}  // namespace
}  // namespace leak::scan
