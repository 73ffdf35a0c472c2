#include "decode/frame_list.h"

#include <gtest/gtest.h>

#include "support/small_trace.h"

namespace leak::scan {
namespace {

using test::Bytes;
using test::TraceBuilder;

FrameList listed(Bytes bytes, Diagnostics& diagnostics) {
  return list_frames(*memory_bytes(std::move(bytes)), diagnostics);
}

std::vector<std::uint64_t> offsets(const FrameList& list) {
  std::vector<std::uint64_t> result;
  for (const FrameRef& frame : list.frames) result.push_back(frame.offset);
  return result;
}

class FrameListTest : public testing::Test {
 protected:
  FrameListTest() {
    add_small_trace(builder_);
    builder_.end(9000, 5'000'008'000);
    trace_ = builder_.finished_trace();
    for (const trace::IndexEntry& entry : builder_.frames()) expected_.push_back(entry.file_offset);
  }
  TraceBuilder builder_;
  Bytes trace_;
  std::vector<std::uint64_t> expected_;
  Diagnostics diagnostics_;
};

TEST_F(FrameListTest, UsesTheIndex) {
  const FrameList list = listed(trace_, diagnostics_);
  EXPECT_TRUE(list.from_index);
  EXPECT_EQ(offsets(list), expected_);
}

TEST_F(FrameListTest, WalksWhenTheTrailerIsGone) {
  trace_.resize(trace_.size() - 1);
  const FrameList list = listed(trace_, diagnostics_);
  EXPECT_FALSE(list.from_index);
  EXPECT_EQ(offsets(list), expected_);
}

TEST_F(FrameListTest, WalkingFindsWhatTheIndexSays) {
  const FrameList indexed = listed(trace_, diagnostics_);
  trace_.resize(trace_.size() - sizeof(trace::IndexTrailer));
  const FrameList walked = listed(trace_, diagnostics_);
  ASSERT_EQ(walked.frames.size(), indexed.frames.size());
  for (std::size_t i = 0; i != walked.frames.size(); ++i) {
    EXPECT_EQ(walked.frames[i].chunk_id, indexed.frames[i].chunk_id);
    EXPECT_EQ(walked.frames[i].frame_bytes, indexed.frames[i].frame_bytes);
    EXPECT_EQ(walked.frames[i].first_ticks, indexed.frames[i].first_ticks);
    EXPECT_EQ(walked.frames[i].kind, indexed.frames[i].kind);
  }
  EXPECT_EQ(diagnostics_.torn_frames, 0U);
}

TEST_F(FrameListTest, WalksWhenBytesWereLostBeforeTheIndex) {
  trace_.erase(trace_.begin() + static_cast<std::ptrdiff_t>(expected_[1]) + 5);
  const FrameList list = listed(trace_, diagnostics_);
  EXPECT_FALSE(list.from_index);
  EXPECT_EQ(list.frames.size(), expected_.size() - 1);
  EXPECT_EQ(diagnostics_.torn_frames, 1U);
}

TEST_F(FrameListTest, FindsTheNextFrameAfterStrangeBytes) {
  const Bytes stranger(1000, 0x28);  // looks like the start of a magic everywhere
  trace_.insert(trace_.begin() + static_cast<std::ptrdiff_t>(expected_[2]), stranger.begin(), stranger.end());
  const FrameList list = listed(trace_, diagnostics_);
  EXPECT_EQ(list.frames.size(), expected_.size());
  EXPECT_EQ(diagnostics_.torn_frames, 1U);
  EXPECT_EQ(diagnostics_.skipped_bytes, stranger.size());
  EXPECT_EQ(diagnostics_.first_damage_offset, expected_[2]);
}

TEST_F(FrameListTest, CountsATornTail) {
  const std::uint64_t last = expected_.back();
  trace_.resize(last + 20);
  EXPECT_EQ(listed(trace_, diagnostics_).frames.size(), expected_.size() - 1);
  EXPECT_EQ(diagnostics_.torn_frames, 1U);
  EXPECT_EQ(diagnostics_.skipped_bytes, 20U);
}

TEST_F(FrameListTest, ReadsTheSectionTable) {
  const FrameList list = listed(trace_, diagnostics_);
  FrameDecoder decoder;
  const std::unique_ptr<ByteSource> source = memory_bytes(trace_);
  std::size_t sections = 0;
  for (const FrameRef& frame : list.frames) {
    if (frame.kind != trace::ChunkKind::kEvents) continue;
    const std::vector<std::uint64_t> ids = section_chunk_ids(*source, frame, decoder);
    ASSERT_FALSE(ids.empty());
    EXPECT_EQ(ids.front(), frame.chunk_id);
    sections += ids.size();
  }
  EXPECT_EQ(sections, 4U);
}

TEST_F(FrameListTest, MegabytesOfFalseMagicsEnd) {
  Bytes bytes;
  for (int i = 0; i != 200'000; ++i) {
    // Magic, then a header that promises a single-segment frame of 1 KiB, and no more.
    for (const std::uint8_t byte : Bytes{0x28, 0xb5, 0x2f, 0xfd, 0x64, 0x00, 0x04}) bytes.push_back(byte);
  }
  const std::size_t size = bytes.size();
  EXPECT_TRUE(listed(std::move(bytes), diagnostics_).frames.empty());
  EXPECT_EQ(diagnostics_.skipped_bytes, size);
}

}  // namespace
}  // namespace leak::scan
