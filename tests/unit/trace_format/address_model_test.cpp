#include "trace_format/address_model.h"

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <vector>

#include "trace_format/column_decoder.h"
#include "trace_format/column_encoder.h"

namespace leak::trace {
namespace {

std::unique_ptr<AddressModel> make_model() {
  auto model = std::make_unique<AddressModel>();
  model->begin_chunk();
  model->begin_section(1);
  return model;
}

TEST(AddressModel, NamesTheYoungestFreeBlockOfTheSizeFirst) {
  const auto model = make_model();
  model->encode_allocation(0x1000, 40);
  model->encode_allocation(0x2000, 40);
  model->encode_free(0x1000);
  model->encode_free(0x2000);
  EXPECT_EQ(model->encode_allocation(0x2000, 33), 0U) << "40 and 33 bytes are blocks of the same size";
  EXPECT_EQ(model->encode_allocation(0x1000, 40), 0U) << "the next youngest moved up";
}

TEST(AddressModel, NamesABlockCarvedBehindThePreviousOne) {
  const auto model = make_model();
  model->encode_allocation(0x1000, 40);
  EXPECT_EQ(model->encode_allocation(0x1030, 100), 7U);
  EXPECT_EQ(model->encode_allocation(0x10a0, 100), 7U);
}

TEST(AddressModel, NamesAFreeByTheAllocationItEnds) {
  const auto model = make_model();
  model->encode_allocation(0x1000, 40);
  model->encode_allocation(0x5000, 400);
  EXPECT_EQ(model->encode_free(0x5000), 1U << 1);
  EXPECT_EQ(model->encode_free(0x1000), 2U << 1);
}

TEST(AddressModel, KeepsTheFreeListsOfThreadsApart) {
  const auto model = make_model();
  model->encode_allocation(0x1000, 40);
  model->encode_free(0x1000);
  model->begin_section(2);
  EXPECT_NE(model->encode_allocation(0x1000, 40), 0U);
}

TEST(AddressModel, StartsEmptyWithEachChunk) {
  const auto model = make_model();
  model->encode_allocation(0x1000, 40);
  model->encode_free(0x1000);
  model->begin_chunk();
  model->begin_section(1);
  EXPECT_NE(model->encode_allocation(0x1000, 40), 0U);
  EXPECT_EQ(model->encode_free(0x1000), 1U << 1);
}

TEST(AddressModel, SpellsOutAFreeOfABlockThatItForgot) {
  const auto model = make_model();
  model->encode_allocation(0x1000, 40);
  std::uint64_t address = 0x100000;
  // Until some other block has taken its place.
  for (int i = 0; i != 1'000'000 && model->encode_free(0x1000) % 2 == 0; ++i, address += 0x1000) {
    model->encode_allocation(address, 40);
  }
  EXPECT_EQ(model->encode_free(0x1000) % 2, 1U);
  EXPECT_EQ(model->encode_free(address - 0x1000), 1U << 1) << "and that one is known";
}

// A program's life in several sections and threads: every operation of the heap, also nonsense that a broken
// program does (frees of unknown blocks, double frees, the same address allocated twice).
std::vector<Event> random_events(std::mt19937_64& random) {
  std::vector<Event> events;
  std::vector<std::uint64_t> blocks = {0x7f0000000010};
  for (int i = 0; i != 4000; ++i) {
    Event event;
    event.ticks = event.begin_ticks = static_cast<std::uint64_t>(i) * 8;
    const std::uint64_t some_block = blocks[random() % blocks.size()];
    const std::uint64_t fresh = 0x500000000000 + (random() % 5000) * (random() % 7 == 0 ? 8 : 16);
    switch (random() % 8) {
      case 0:
      case 1:
        event.op = Op::kFree;
        event.address = some_block;
        break;
      case 2:
        event.op = Op::kDelete;
        event.address = fresh;
        break;
      case 3:
        event.op = Op::kRealloc;
        event.old_address = some_block;
        event.address = fresh;
        break;
      case 4:
        event.op = Op::kRealloc;
        event.old_address = event.address = some_block;
        break;
      case 5:
        event.op = Op::kRealloc;
        event.address = fresh;
        break;
      case 6:
        event.op = Op::kMmap;
        event.address = fresh << 12;
        event.extra = 3;
        break;
      default:
        event.op = Op::kMalloc;
        event.address = random() % 3 == 0 ? some_block : fresh;
        break;
    }
    if (kind_of(event.op) != OpKind::kFree)
      event.size = random() % 5 == 0 ? random() % 100000 : random() % 200;
    blocks.push_back(event.address);
    events.push_back(event);
  }
  return events;
}

TEST(AddressModel, GivesBackEveryAddressOfARandomLife) {
  std::mt19937_64 random(20);
  const auto encoder_model = std::make_unique<AddressModel>();
  const auto decoder_model = std::make_unique<AddressModel>();
  for (int chunk = 0; chunk != 3; ++chunk) {
    std::vector<std::vector<std::uint8_t>> memory(kColumnCount, std::vector<std::uint8_t>(1 << 20));
    ColumnEncoder encoder;
    encoder.set_address_model(encoder_model.get());
    encoder_model->begin_chunk();
    for (std::size_t i = 0; i != kColumnCount; ++i) {
      encoder.set_column(static_cast<Column>(i), memory[i].data());
    }
    std::vector<std::vector<Event>> sections;
    for (std::uint32_t tid : {1U, 2U, 1U, 9U}) {
      sections.push_back(random_events(random));
      encoder.begin_section(3, tid);
      for (const Event& event : sections.back()) encoder.put(event, nullptr);
      encoder.end_section();
    }

    ColumnDecoder decoder;
    decoder.set_address_model(decoder_model.get());
    decoder.set_flags(kEventsTimeRuns);
    decoder_model->begin_chunk();
    for (std::size_t i = 0; i != kColumnCount; ++i) {
      const auto& column = encoder.column(static_cast<Column>(i));
      decoder.set_column(static_cast<Column>(i), column.begin, column.end);
    }
    std::size_t section = 0;
    for (std::uint32_t tid : {1U, 2U, 1U, 9U}) {
      decoder.begin_section(3, tid);
      for (const Event& event : sections[section++]) {
        Event read;
        ASSERT_TRUE(decoder.get(read));
        ASSERT_EQ(read.op, event.op);
        ASSERT_EQ(read.address, event.address);
        ASSERT_EQ(read.old_address, event.old_address);
        ASSERT_EQ(read.size, event.size);
      }
    }
  }
}

TEST(AddressModel, SurvivesArbitraryCodes) {
  std::mt19937_64 random(7);
  const auto model = make_model();
  for (int i = 0; i != 100000; ++i) {
    const std::uint64_t code = random() >> (random() % 64);
    switch (random() % 3) {
      case 0:
        model->decode_allocation(code, random() >> (random() % 64));
        break;
      case 1:
        model->decode_free(code);
        break;
      default:
        model->decode_resized(code, random() >> (random() % 64));
        break;
    }
  }
  SUCCEED() << "no code reads outside the model (under the sanitizers)";
}

}  // namespace
}  // namespace leak::trace
