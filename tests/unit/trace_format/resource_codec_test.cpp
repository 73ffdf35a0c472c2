// Events about resources in the columns, between those about memory.
#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "trace_format/column_decoder.h"
#include "trace_format/column_encoder.h"
#include "trace_format/resource.h"

namespace leak::trace {
namespace {

constexpr std::uint32_t kShift = 4;

Event opened(std::uint64_t ticks, std::uint64_t number, ResourceCall call) {
  Event event{.op = Op::kFdOpen, .ticks = ticks, .address = number, .size = static_cast<std::uint64_t>(call)};
  event.extra = pack_fd_origin(-1);
  return event;
}

Event allocated(std::uint64_t ticks, std::uint64_t address) {
  return {.op = Op::kMalloc, .ticks = ticks, .address = address, .size = 8};
}

using Columns = std::vector<std::vector<std::uint8_t>>;

Columns encoded(const std::vector<Event>& events) {
  Columns columns(kColumnCount, std::vector<std::uint8_t>(events.size() * column_bytes_bound(0)));
  ColumnEncoder encoder;
  for (std::size_t i = 0; i != kColumnCount; ++i)
    encoder.set_column(static_cast<Column>(i), columns[i].data());
  encoder.begin_section(kShift, 1);
  for (const Event& event : events) encoder.put(event, nullptr);
  encoder.end_section();
  for (std::size_t i = 0; i != kColumnCount; ++i) {
    const ColumnEncoder::Buffer& column = encoder.column(static_cast<Column>(i));
    columns[i].resize(static_cast<std::size_t>(column.end - column.begin));
  }
  return columns;
}

std::vector<Event> decoded(const Columns& columns) {
  ColumnDecoder decoder;
  for (std::size_t i = 0; i != kColumnCount; ++i) {
    decoder.set_column(static_cast<Column>(i), columns[i].data(), columns[i].data() + columns[i].size());
  }
  decoder.set_flags(kEventsTimeRuns);
  decoder.begin_section(kShift, 1);
  std::vector<Event> events;
  for (Event event; decoder.get(event);) events.push_back(event);
  return events;
}

TEST(ResourceCodec, ComesBackWithItsExactTime) {
  Event created{.op = Op::kThreadCreate, .ticks = 0x12347, .begin_ticks = 0x12320, .address = 0x7f0000001640};
  created.size = static_cast<std::uint64_t>(ResourceCall::kPthreadCreate);
  created.extra = kThreadIsDetached;
  const std::vector<Event> events = decoded(encoded({opened(0x12345, 1023, ResourceCall::kSocket), created}));
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].ticks, 0x12345U);
  EXPECT_EQ(events[0].address, 1023U);
  EXPECT_EQ(resource_call(events[0].size), ResourceCall::kSocket);
  EXPECT_EQ(fd_copied_from(events[0].extra), -1);
  EXPECT_EQ(events[1].ticks, 0x12347U);
  EXPECT_EQ(events[1].begin_ticks, 0x12320U);
  EXPECT_EQ(events[1].address, 0x7f0000001640U);
  EXPECT_EQ(events[1].extra, kThreadIsDetached);
}

TEST(ResourceCodec, LeavesTheAddressesOfMemoryAlone) {
  const Columns alone = encoded({allocated(0x100, 0x5000), allocated(0x120, 0x5020)});
  const Columns between =
      encoded({allocated(0x100, 0x5000), opened(0x110, 7, ResourceCall::kOpen), allocated(0x120, 0x5020)});
  const auto bytes_of = [](const Columns& columns) {
    return columns[static_cast<std::size_t>(Column::kAddress)].size();
  };
  EXPECT_EQ(bytes_of(between), bytes_of(alone) + 1);
  const std::vector<Event> events = decoded(between);
  ASSERT_EQ(events.size(), 3U);
  EXPECT_EQ(events[2].address, 0x5020U);
}

TEST(ResourceCodec, GoldenBytes) {
  const Columns columns = encoded({opened(0x105, 300, ResourceCall::kSocket)});
  const auto column = [&](Column which) { return columns[static_cast<std::size_t>(which)]; };
  EXPECT_EQ(column(Column::kOp), (std::vector<std::uint8_t>{0x80 | 50}));
  EXPECT_EQ(column(Column::kTime), (std::vector<std::uint8_t>{0x20}));  // zigzag of 0x10
  EXPECT_EQ(column(Column::kSize), (std::vector<std::uint8_t>{5}));
  EXPECT_EQ(column(Column::kExtra), (std::vector<std::uint8_t>{0xac, 0x02, 0x00, 0x05}));
}

TEST(ResourceCodec, RefusesWhatIsCutOrImpossible) {
  const Columns whole = encoded({opened(0x105, 300, ResourceCall::kSocket)});
  for (std::size_t i = 0; i != kColumnCount; ++i) {
    for (std::size_t kept = 0; kept != whole[i].size(); ++kept) {
      Columns cut = whole;
      cut[i].resize(kept);
      EXPECT_TRUE(decoded(cut).empty()) << "column " << i << " cut to " << kept;
    }
  }
  Columns wrong = whole;
  wrong[static_cast<std::size_t>(Column::kExtra)].back() = 0x10;  // more than a quantum
  EXPECT_TRUE(decoded(wrong).empty());
}

}  // namespace
}  // namespace leak::trace
