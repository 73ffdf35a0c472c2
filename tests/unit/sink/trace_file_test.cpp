#include "sink/trace_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>
#include <zstd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

namespace leak::hook {
namespace {

class TraceFileTest : public testing::Test {
 protected:
  void SetUp() override {
    descriptor_ = mkstemp(name_.data());
    ASSERT_GE(descriptor_, 0);
    ASSERT_TRUE(compressor_.open(1));
  }
  void TearDown() override {
    close(descriptor_);
    unlink(name_.c_str());
  }

  Compressor::Frame frame_of(const std::string& content) {
    compressor_.begin(content.size());
    compressor_.add(content.data(), content.size());
    return compressor_.finish();
  }
  std::string read_all() const {
    std::string bytes(static_cast<std::size_t>(lseek(descriptor_, 0, SEEK_END)), '\0');
    EXPECT_EQ(pread(descriptor_, bytes.data(), bytes.size(), 0), static_cast<ssize_t>(bytes.size()));
    return bytes;
  }
  static trace::ChunkHeader header(std::uint64_t id) {
    trace::ChunkHeader header{};
    header.kind = trace::ChunkKind::kEvents;
    header.chunk_id = id;
    header.first_ticks = id * 10;
    header.last_ticks = id * 10 + 9;
    return header;
  }

  std::string name_ = "/tmp/trace_file_test.XXXXXX";
  int descriptor_ = -1;
  Compressor compressor_;
  TraceFile file_;
};

TEST_F(TraceFileTest, EndsWithAnIndexThatFindsEveryFrame) {
  file_.open(descriptor_, 0);
  ASSERT_EQ(file_.append(frame_of("first"), header(1), 5), 0);
  const std::uint64_t second = file_.bytes();
  ASSERT_EQ(file_.append(frame_of("second"), header(2), 0), 0);
  const std::uint64_t index = file_.bytes();
  ASSERT_EQ(file_.append_index(compressor_), 0);

  const std::string bytes = read_all();
  trace::IndexTrailer trailer;
  std::memcpy(&trailer, bytes.data() + bytes.size() - sizeof(trailer), sizeof(trailer));
  EXPECT_EQ(trailer.magic, trace::kIndexTrailerMagic);
  EXPECT_EQ(trailer.index_offset, index);
  std::vector<char> content(sizeof(trace::ChunkHeader) + 2 * sizeof(trace::IndexEntry));
  ASSERT_EQ(ZSTD_decompress(content.data(), content.size(), bytes.data() + index,
                            bytes.size() - index - sizeof(trailer)),
            content.size());
  trace::IndexEntry entries[2];
  std::memcpy(entries, content.data() + sizeof(trace::ChunkHeader), sizeof(entries));
  EXPECT_EQ(entries[0].file_offset, 0U);
  EXPECT_EQ(entries[0].tid, 5U);
  EXPECT_EQ(entries[1].file_offset, second);
  EXPECT_EQ(entries[1].first_ticks, 20U);
  EXPECT_EQ(entries[1].frame_bytes, index - second);
}

TEST_F(TraceFileTest, RefusesAFrameBeyondTheLimitAndStaysWhole) {
  file_.open(descriptor_, 40);
  ASSERT_EQ(file_.append(frame_of("fits"), header(1), 0), 0);
  const std::string before = read_all();
  EXPECT_EQ(file_.append(frame_of(std::string(1000, 'x') + "does not fit any more"), header(2), 0), -EFBIG);
  EXPECT_EQ(read_all(), before);
}

TEST_F(TraceFileTest, ReportsAFullDisk) {
  const int full = open("/dev/full", O_WRONLY);
  ASSERT_GE(full, 0);
  file_.open(full, 0);
  EXPECT_EQ(file_.append(frame_of("anything"), header(1), 0), -ENOSPC);
  EXPECT_EQ(file_.bytes(), 0U);
  close(full);
}

}  // namespace
}  // namespace leak::hook
