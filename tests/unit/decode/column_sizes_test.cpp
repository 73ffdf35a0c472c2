#include "decode/column_sizes.h"

#include <gtest/gtest.h>

#include <utility>

#include "support/small_trace.h"

namespace leak::scan {
namespace {

using test::Bytes;
using test::TraceBuilder;

std::uint64_t stored_in_chunks(const TraceSizes& sizes) {
  std::uint64_t bytes = sizes.heads.stored;
  for (const StoredBytes& column : sizes.columns) bytes += column.stored;
  return bytes;
}

StoredBytes column(const TraceSizes& sizes, trace::Column which) {
  return sizes.columns[static_cast<std::size_t>(which)];
}

TraceSizes sizes_of(TraceSource source, Diagnostics& diagnostics) {
  const TraceReader reader = TraceReader::open(std::move(source), diagnostics);
  return measure_columns(reader, diagnostics);
}

TEST(ColumnSizes, AddUpToTheFile) {
  TraceBuilder builder;
  add_small_trace(builder);
  const Bytes bytes = builder.finished_trace();
  std::uint64_t in_frames = 0;
  for (const trace::IndexEntry& frame : builder.frames()) {
    if (frame.kind == trace::ChunkKind::kEvents) in_frames += frame.frame_bytes;
  }
  Diagnostics diagnostics;
  const TraceSizes sizes = sizes_of(trace_in_memory(bytes), diagnostics);
  EXPECT_EQ(stored_in_chunks(sizes), in_frames);
  EXPECT_EQ(sizes.other_bytes, bytes.size() - in_frames);
  EXPECT_EQ(sizes.chunks, 2U);
  EXPECT_EQ(sizes.predicted_chunks, 0U);
  EXPECT_EQ(diagnostics.torn_frames, 0U);
}

TEST(ColumnSizes, CountWhatEachColumnIsCodedIn) {
  TraceBuilder builder({}, {1000, 4, 1, true});
  builder.alloc(7, 2000, 0x5000, 300, {3, 2, 1});
  builder.free(7, 4000, 0x5000);
  Diagnostics diagnostics;
  const TraceSizes sizes = sizes_of(builder.finished(), diagnostics);
  EXPECT_EQ(column(sizes, trace::Column::kOp).coded, 2U);    // a byte each
  EXPECT_EQ(column(sizes, trace::Column::kSize).coded, 2U);  // 300 -> ac 02
  EXPECT_EQ(column(sizes, trace::Column::kPcs).coded, 3U);
  EXPECT_EQ(column(sizes, trace::Column::kFreeAddress).coded, 1U);  // the block made last
  EXPECT_EQ(column(sizes, trace::Column::kExtra).coded, 0U);
  EXPECT_EQ(sizes.predicted_chunks, 1U);
}

TEST(ColumnSizes, LeaveADamagedChunkWithTheRest) {
  TraceBuilder builder;
  add_small_trace(builder);
  Bytes bytes = builder.finished_trace();
  for (const trace::IndexEntry& frame : builder.frames()) {
    if (frame.kind == trace::ChunkKind::kEvents) bytes[frame.file_offset + frame.frame_bytes - 1] ^= 0xff;
  }
  const std::uint64_t file_bytes = bytes.size();
  Diagnostics diagnostics;
  const TraceSizes sizes = sizes_of(trace_in_memory(std::move(bytes)), diagnostics);
  EXPECT_EQ(stored_in_chunks(sizes), 0U);
  EXPECT_EQ(sizes.other_bytes, file_bytes);
  EXPECT_GE(diagnostics.torn_frames, 2U);
}

}  // namespace
}  // namespace leak::scan
