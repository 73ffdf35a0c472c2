#include "trace_format/column_decoder.h"
#include "trace_format/column_encoder.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "decode/zstd_frame.h"
#include "support/event_samples.h"
#include "support/trace_builder.h"

namespace leak::trace {
namespace {

using Columns = std::vector<std::vector<std::uint8_t>>;

struct Coding {
  bool has_model = false;
  bool has_dictionary = false;
};

std::unique_ptr<AddressModel> model_for(Coding coding) {
  if (!coding.has_model) return nullptr;
  auto model = std::make_unique<AddressModel>();
  model->begin_chunk();
  return model;
}

template <class Dictionary>
std::unique_ptr<Dictionary> dictionary_for(Coding coding) {
  if (!coding.has_dictionary) return nullptr;
  auto dictionary = std::make_unique<Dictionary>();
  dictionary->begin_chunk();
  return dictionary;
}

Columns encoded(const std::vector<test::SampleEvent>& events, std::uint32_t shift, Coding coding = {}) {
  std::size_t bound = 0;
  for (const test::SampleEvent& sample : events) bound += column_bytes_bound(sample.event.push);
  Columns columns(kColumnCount, std::vector<std::uint8_t>(bound));
  ColumnEncoder encoder;
  for (std::size_t i = 0; i != kColumnCount; ++i)
    encoder.set_column(static_cast<Column>(i), columns[i].data());
  const std::unique_ptr<AddressModel> model = model_for(coding);
  encoder.set_address_model(model.get());
  const auto dictionary = dictionary_for<EventDictionary>(coding);
  encoder.set_dictionary(dictionary.get());
  encoder.begin_section(shift, 1);
  for (const test::SampleEvent& sample : events) encoder.put(sample.event, sample.pc_ids.data());
  encoder.end_section();
  for (std::size_t i = 0; i != kColumnCount; ++i) {
    const ColumnEncoder::Buffer& column = encoder.column(static_cast<Column>(i));
    columns[i].resize(static_cast<std::size_t>(column.end - column.begin));
  }
  return columns;
}

// How many of `count` events can be decoded, comparing each with what went in.
std::size_t decode_all(const Columns& columns, const std::vector<test::SampleEvent>& events,
                       std::uint32_t shift, Coding coding = {}) {
  ColumnDecoder decoder;
  for (std::size_t i = 0; i != kColumnCount; ++i) {
    decoder.set_column(static_cast<Column>(i), columns[i].data(), columns[i].data() + columns[i].size());
  }
  const std::unique_ptr<AddressModel> model = model_for(coding);
  decoder.set_address_model(model.get());
  const auto dictionary = dictionary_for<DictionaryReader>(coding);
  decoder.set_dictionary(dictionary.get());
  decoder.set_flags(kEventsTimeRuns);
  decoder.begin_section(shift, 1);
  for (std::size_t n = 0; n != events.size(); ++n) {
    Event event;
    if (!decoder.get(event)) return n;
    EXPECT_TRUE(test::same(event, events[n].event)) << n;
    for (std::uint32_t i = 0; i != event.push; ++i) {
      std::uint32_t pc_id = 0;
      if (!decoder.get_pc(pc_id)) return n;
      EXPECT_EQ(pc_id, events[n].pc_ids[i]);
    }
  }
  return events.size();
}

TEST(ColumnCodec, RoundTripsEveryOperation) {
  const std::vector<test::SampleEvent> events = test::sample_events();
  for (const std::uint32_t shift : {0U, 6U}) {
    for (const Coding coding :
         {Coding{false, false}, Coding{true, false}, Coding{false, true}, Coding{true, true}}) {
      EXPECT_EQ(decode_all(encoded(events, shift, coding), events, shift, coding), events.size());
    }
  }
}

TEST(ColumnCodec, StopsWhereAColumnEndsEarly) {
  std::vector<test::SampleEvent> events = test::sample_events();
  std::erase_if(events, [](const test::SampleEvent& sample) { return sample.event.push > 100; });
  for (test::SampleEvent& sample : events) {
    sample.event.has_stack = false;
    sample.event.push = 0;
    sample.event.keep = 0;
    sample.pc_ids.clear();
  }
  const Columns columns = encoded(events, 0);
  for (std::size_t column = 0; column != kColumnCount; ++column) {
    for (std::size_t length = 0; length < columns[column].size(); ++length) {
      Columns cut = columns;
      cut[column].resize(length);
      EXPECT_LT(decode_all(cut, events, 0), events.size());
    }
  }
}

TEST(ColumnCodec, FoldsMultiplesOfSixteenSmall) {
  EXPECT_EQ(fold_distance(0), 0U);
  EXPECT_EQ(fold_distance(32), 8U);
  EXPECT_EQ(fold_distance(-16), 2U);
  EXPECT_EQ(fold_distance(3), 13U);
  for (const std::int64_t distance : {std::int64_t{0}, std::int64_t{16}, std::int64_t{-48}, std::int64_t{7},
                                      std::int64_t{-1}, std::int64_t{0x7f12'3456'7008}}) {
    EXPECT_EQ(unfold_distance(fold_distance(distance)), distance);
  }
}

// The chunk of all events that `builder` has.
test::Bytes events_chunk(test::TraceBuilder& builder) {
  builder.flush_events();
  const test::Bytes trace = builder.killed_trace();
  const IndexEntry& entry = builder.frames().back();
  scan::FrameDecoder frames;
  scan::FrameBuffer chunk;
  EXPECT_TRUE(frames.decode(std::span(trace).subspan(entry.file_offset, entry.frame_bytes), chunk));
  return {chunk.bytes().begin(), chunk.bytes().end()};
}

// The whole of a small events chunk, byte for byte. When this test fails, traces that exist can no longer be
// read: raise the format version.
TEST(ColumnCodec, GoldenChunk) {
  test::TraceBuilder builder({}, {.dictionary = false});
  builder.flush_meta();
  builder.alloc(7, 1100, 0x5000, 24, {3, 2, 1});
  builder.free(7, 1100, 0x5000);
  builder.resize(7, 1110, 1120, 0, 0x5010, 300, {4, 2, 1});
  const test::Bytes expected = {
      'L',  'K',  'C',  'H',  2,    0,    1,    1,                          // magic, kind, version
      2,    0,    0,    0,    0,    0,    0,    0,                          // chunk id
      0x4c, 4,    0,    0,    0,    0,    0,    0,                          // first ticks: 1100
      0x60, 4,    0,    0,    0,    0,    0,    0,                          // last ticks: 1120
      87,   0,    0,    0,    3,    0,    0,    0,                          // body bytes, events
      1,    0,    0,    0,    2,    0,    0,    0,                          // one section, runs of time
      2,    0,    0,    0,    0,    0,    0,    0, 7, 0, 0, 0, 3, 0, 0, 0,  // chunk id, tid, events
      3,    0,    0,    0,    3,    0,    0,    0, 3, 0, 0, 0, 1, 0, 0, 0,  // column lengths
      3,    0,    0,    0,    4,    0,    0,    0, 4, 0, 0, 0, 4, 0, 0, 0,  //
      2,    0,    0,    0,    0x01, 0x9e, 0x14,  // op: malloc, free without a stack, realloc
      0x98, 0x11, 0x28,                          // time: +1100, +20
      0x80, 0x28, 0x04,                          // address: 0x5000, +16
      0x00,                                      // of the free: the same as before
      0x18, 0xac, 0x02,                          // size: 24, 300
      0x00, 0x03, 0x01, 0x01,                    // stack: drop 0 push 3, drop 1 push 1
      0x03, 0x02, 0x01, 0x04,                    // pcs
      0x9f, 0xc0, 0x02, 0x0a,                    // extra: old - new address, 10 ticks
      0x01, 0x00};                               // runs: two events, one
  EXPECT_EQ(events_chunk(builder), expected);
}

TEST(ColumnCodec, GoldenChunkWithADictionary) {
  test::TraceBuilder builder;
  builder.flush_meta();
  for (std::uint64_t i = 0; i != 3; ++i) {
    builder.alloc(7, 1100, 0x5000, 24 + i / 2, {3, 2, 1});
    builder.free(7, 1100, 0x5000);
  }
  const test::Bytes expected = {
      'L',  'K',  'C',  'H', 2,  0, 0, 3,                          // magic, kind, version
      2,    0,    0,    0,   0,  0, 0, 0,                          // chunk id
      0x4c, 4,    0,    0,   0,  0, 0, 0,                          // first ticks: 1100
      0x4c, 4,    0,    0,   0,  0, 0, 0,                          // last ticks
      93,   0,    0,    0,   6,  0, 0, 0,                          // body bytes, events
      1,    0,    0,    0,   10, 0, 0, 0,                          // one section, runs of time, a dictionary
      2,    0,    0,    0,   0,  0, 0, 0, 7, 0, 0, 0, 6, 0, 0, 0,  // chunk id, tid, events
      3,    0,    0,    0,   2,  0, 0, 0, 4, 0, 0, 0, 3, 0, 0, 0,  // column lengths
      3,    0,    0,    0,   4,  0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0,  //
      1,    0,    0,    0,   6,  0, 0, 0,                          //
      0x01, 0x9e, 0x01,                                            // op: malloc, free without a stack, malloc
      0x98, 0x11,                                                  // time: +1100
      0x80, 0x28, 0,    0,                                         // addresses: 0x5000, the same, the same
      0,    0,    0,                                               // of the frees: the same
      24,   24,   25,                                              // sizes; the second malloc's entry has 24
      0,    3,    0,    0,                                         // stack: drop 0 push 3, drop 0 push 0
      3,    2,    1,                                               // pcs
      5,                                                           // runs: five more events
      1,    1,    1,    4,   7,  4};                               // three new entries; 2, 3 with a size, 2
  EXPECT_EQ(events_chunk(builder), expected);
}

}  // namespace
}  // namespace leak::trace
