#include "process/memory_limit.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace leak::hook {
namespace {

namespace fs = std::filesystem;

// A directory with the /proc and /sys of a process.
class MemoryLimit : public ::testing::Test {
 protected:
  MemoryLimit() : root_(fs::temp_directory_path() / ("memory_limit_test." + std::to_string(::getpid()))) {
    fs::remove_all(root_);
  }
  ~MemoryLimit() override { fs::remove_all(root_); }
  MemoryLimit(const MemoryLimit&) = delete;
  MemoryLimit& operator=(const MemoryLimit&) = delete;

  void file(const std::string& path, const std::string& text) const {
    fs::create_directories((root_.string() + path).substr(0, (root_.string() + path).rfind('/')));
    std::ofstream(root_.string() + path) << text;
  }
  std::uint64_t limit() const { return read_memory_limit(root_.c_str()); }

 private:
  fs::path root_;
};

TEST_F(MemoryLimit, IsThatOfTheGroup) {
  file("/proc/self/cgroup", "0::/system.slice/app.service\n");
  file("/sys/fs/cgroup/system.slice/app.service/memory.max", "1073741824\n");
  EXPECT_EQ(limit(), 1073741824U);
}

TEST_F(MemoryLimit, IsTheTightestOfTheWayUp) {
  file("/proc/self/cgroup", "0::/outer/inner\n");
  file("/sys/fs/cgroup/outer/inner/memory.max", "max\n");
  file("/sys/fs/cgroup/outer/memory.max", "500000000\n");
  file("/sys/fs/cgroup/memory.max", "600000000\n");
  EXPECT_EQ(limit(), 500000000U);
}

TEST_F(MemoryLimit, OfVersion1) {
  file("/proc/self/cgroup", "5:cpu,cpuacct:/app\n4:hugetlb,memory:/app\n1:name=systemd:/app\n");
  file("/sys/fs/cgroup/memory/app/memory.limit_in_bytes", "268435456\n");
  file("/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
  EXPECT_EQ(limit(), 268435456U);
}

TEST_F(MemoryLimit, OfAContainerThatSeesItsGroupsPathFromOutside) {
  file("/proc/self/cgroup", "4:memory:/docker/0123456789abcdef\n");
  file("/sys/fs/cgroup/memory/memory.limit_in_bytes", "268435456\n");
  EXPECT_EQ(limit(), 268435456U);
}

TEST_F(MemoryLimit, OfAHybridSystemIsTheTighterOfBoth) {
  file("/proc/self/cgroup", "4:memory:/a\n0::/b\n");
  file("/sys/fs/cgroup/memory/a/memory.limit_in_bytes", "4000000\n");
  file("/sys/fs/cgroup/unified/b/memory.max", "3000000");
  EXPECT_EQ(limit(), 3000000U);
}

TEST_F(MemoryLimit, NoneIsZero) {
  EXPECT_EQ(limit(), 0U) << "no /proc";
  file("/proc/self/cgroup", "nonsense\n::\n4:memory:/gone\n0::/../..\n");
  EXPECT_EQ(limit(), 0U) << "no files";
  file("/sys/fs/cgroup/memory.max", "max\n");
  file("/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
  EXPECT_EQ(limit(), 0U) << "no limits";
}

TEST_F(MemoryLimit, OfAGroupWithALikeName) {
  file("/proc/self/cgroup", "4:memory_pressure,mem:/app\n");
  file("/sys/fs/cgroup/memory/app/memory.limit_in_bytes", "268435456\n");
  EXPECT_EQ(limit(), 0U);
}

}  // namespace
}  // namespace leak::hook
