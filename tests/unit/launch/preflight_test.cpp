#include "launch/preflight.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "support/refusal.h"
#include "unit/launch/built_program.h"

namespace leak::scan {
namespace {

// The message of the refusal; empty when there was none.
std::string refusal(void (*check)(const std::string&), const std::string& path) {
  return test::refusal_of([&] { check(path); });
}

std::string refusal_to_preload(const std::string& path) { return refusal(&check_can_preload, path); }

std::string refusal_to_find(const std::string& name) {
  return refusal([](const std::string& command) { find_program(command); }, name);
}

bool says(const std::string& message, const std::string& part) {
  return message.find(part) != std::string::npos;
}

class Script {
 public:
  explicit Script(const std::string& text, mode_t mode = 0755) : path_(testing::TempDir() + "leak_script") {
    std::ofstream(path_) << text;
    ::chmod(path_.c_str(), mode);
  }
  ~Script() { ::unlink(path_.c_str()); }
  Script(const Script&) = delete;
  Script& operator=(const Script&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

TEST(Preflight, AcceptsDynamicProgramsAndTheirScripts) {
  EXPECT_EQ(refusal_to_preload(built_program("dynamic")), "");
  EXPECT_EQ(refusal_to_preload(Script("#!/bin/sh\n").path()), "");
}

TEST(Preflight, RefusesStaticPrograms) {
  EXPECT_TRUE(says(refusal_to_preload(built_program("static")), "static program"));
}

TEST(Preflight, RefusesMusl) { EXPECT_TRUE(says(refusal_to_preload(built_program("musl")), "musl")); }

TEST(Preflight, RefusesSanitizedPrograms) {
  EXPECT_TRUE(says(refusal_to_preload(built_program("sanitized")), "sanitizer"));
}

TEST(Preflight, RefusesScriptsOfProgramsThatItRefuses) {
  EXPECT_TRUE(says(refusal_to_preload(Script("#! " + built_program("static") + " -x\n").path()), "static program"));
  EXPECT_TRUE(says(refusal_to_preload(Script("#!/no/such/interpreter\n").path()), "/no/such/interpreter"));
}

TEST(Preflight, RefusesAnotherArchitecture) {
  const std::string path = testing::TempDir() + "leak_other_machine";
  std::filesystem::copy_file(built_program("dynamic"), path, std::filesystem::copy_options::overwrite_existing);
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(18);
  file.write("\xf3\0", 2);  // EM_RISCV
  file.close();
  EXPECT_TRUE(says(refusal_to_preload(path), "another architecture"));
  ::unlink(path.c_str());
}

TEST(Preflight, RefusesSetUserIdProgramsOfOthers) {
  if (::getuid() != 0) GTEST_SKIP() << "only root can make one";
  const std::string path = testing::TempDir() + "leak_setuid";
  std::filesystem::copy_file(built_program("dynamic"), path, std::filesystem::copy_options::overwrite_existing);
  ASSERT_EQ(::chown(path.c_str(), 65534, 65534), 0);
  ASSERT_EQ(::chmod(path.c_str(), 04755), 0);
  EXPECT_TRUE(says(refusal_to_preload(path), "set-user-ID"));
  ASSERT_EQ(::chown(path.c_str(), 0, 0), 0);
  ASSERT_EQ(::chmod(path.c_str(), 04755), 0);
  EXPECT_EQ(refusal_to_preload(path), "");  // root running a set-user-ID-root program gains nothing
  ::unlink(path.c_str());
}

TEST(FindProgram, LooksWhereAShellWould) {
  EXPECT_EQ(find_program(built_program("dynamic")), built_program("dynamic"));
  EXPECT_TRUE(find_program("sh").ends_with("/sh"));
  EXPECT_TRUE(says(refusal_to_find("no-such-program-anywhere"), "is not in PATH"));
  EXPECT_TRUE(says(refusal_to_find("/no/such/program"), "/no/such/program"));
  EXPECT_TRUE(says(refusal_to_find("/etc"), "not an executable file"));
  EXPECT_TRUE(says(refusal_to_find(Script("text", 0644).path()), "not an executable file"));
}

}  // namespace
}  // namespace leak::scan
