// Descriptors and threads, replayed from traces made by hand.
#include "replay/resource_replay.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "replay/heap_replay.h"
#include "support/trace_builder.h"

namespace leak::scan {
namespace {

using test::TraceBuilder;
using trace::Op;
using trace::ResourceCall;

void add(TraceBuilder& builder, std::uint32_t tid, Op op, std::uint64_t ticks, std::uint64_t handle,
         ResourceCall call, std::uint64_t extra = 0, std::uint64_t begin_ticks = 0) {
  trace::Event event{.op = op, .ticks = ticks, .address = handle, .size = static_cast<std::uint64_t>(call)};
  event.extra = extra;
  event.begin_ticks = begin_ticks == 0 ? ticks : begin_ticks;
  const bool has_stack = op == Op::kFdOpen || op == Op::kThreadCreate;
  event.has_stack = has_stack;
  builder.add(tid, event, has_stack ? test::Stack{1} : test::Stack{});
}

void open(TraceBuilder& builder, std::uint32_t tid, std::uint64_t ticks, std::uint64_t number,
          ResourceCall call = ResourceCall::kOpen) {
  add(builder, tid, Op::kFdOpen, ticks, number, call);
}

void close(TraceBuilder& builder, std::uint32_t tid, std::uint64_t ticks, std::uint64_t number) {
  add(builder, tid, Op::kFdClose, ticks, number, ResourceCall::kClose);
}

void descriptor(TraceBuilder& builder, std::uint16_t flags, std::uint32_t number,
                const std::string& what = "") {
  trace::DescriptorRecord record{};
  record.header.kind = trace::MetaKind::kDescriptor;
  record.header.flags = flags;
  record.number = number;
  record.text_bytes = static_cast<std::uint32_t>(what.size());
  record.header.record_bytes =
      static_cast<std::uint32_t>(trace::padded_record_bytes(sizeof record + what.size()));
  test::Bytes bytes(record.header.record_bytes);
  std::memcpy(bytes.data(), &record, sizeof record);
  std::copy(what.begin(), what.end(), bytes.begin() + sizeof record);
  builder.meta_bytes(bytes);
}

void live_thread(TraceBuilder& builder, std::uint64_t handle, std::uint32_t tid) {
  trace::LiveThreadRecord record{};
  record.header.kind = trace::MetaKind::kLiveThread;
  record.header.record_bytes = sizeof record;
  record.handle = handle;
  record.tid = tid;
  test::Bytes bytes(sizeof record);
  std::memcpy(bytes.data(), &record, sizeof record);
  builder.meta_bytes(bytes);
}

// Events are quantised to 1024 ticks, so that nearly all of these tests' events are at one time.
TraceBuilder new_builder() {
  test::ProcessSpec spec;
  spec.time_quantum_shift = 10;
  TraceBuilder builder(spec);
  builder.set_version(trace::kResourcesVersion);
  builder.module(1, "/usr/bin/myapp");
  builder.pc(1, 0x401000);
  return builder;
}

ResourceHistory replayed(TraceBuilder& builder) {
  builder.end(9000, 5'000'008'000);
  return replay_trace(builder.finished(), {}).resources;
}

TEST(ResourceReplay, FollowsANumberThroughThreadsOfOneQuantum) {
  TraceBuilder builder = new_builder();
  open(builder, 1, 2050, 5);
  close(builder, 2, 2051, 5);
  open(builder, 3, 2052, 5, ResourceCall::kSocket);
  close(builder, 1, 2053, 5);
  open(builder, 2, 2054, 5, ResourceCall::kPipe);
  const ResourceHistory history = replayed(builder);
  EXPECT_EQ(history.descriptors_opened, 3U);
  EXPECT_EQ(history.descriptors_closed, 2U);
  EXPECT_EQ(history.unseen_closes, 0U);
  ASSERT_EQ(history.open_descriptors.size(), 1U);
  EXPECT_EQ(history.descriptor_sites[*history.open_descriptors[0].site].call, ResourceCall::kPipe);
}

TEST(ResourceReplay, Dup2ClosesWhatWasThere) {
  TraceBuilder builder = new_builder();
  open(builder, 1, 2000, 5);
  open(builder, 1, 2001, 6);
  add(builder, 1, Op::kFdOpen, 2002, 6, ResourceCall::kDup2, trace::pack_fd_origin(5));
  const ResourceHistory history = replayed(builder);
  EXPECT_EQ(history.descriptors_closed, 1U);
  EXPECT_EQ(history.unseen_closes, 0U);
  ASSERT_EQ(history.open_descriptors.size(), 2U);
  EXPECT_EQ(history.open_descriptors[1].copied_from, 5);
}

TEST(ResourceReplay, ARangeClosesAllOfIt) {
  TraceBuilder builder = new_builder();
  for (std::uint64_t number = 3; number != 10; ++number) open(builder, 1, 2000 + number, number);
  add(builder, 1, Op::kFdCloseRange, 2100, 5, ResourceCall::kCloseRange, 0xffffffff);
  const ResourceHistory history = replayed(builder);
  EXPECT_EQ(history.descriptors_closed, 5U);
  EXPECT_EQ(history.open_descriptors.size(), 2U);
}

TEST(ResourceReplay, TheKernelHasTheLastWord) {
  TraceBuilder builder = new_builder();
  descriptor(builder, trace::kDescriptorAtStart, 0);
  descriptor(builder, trace::kDescriptorAtStart | trace::kDescriptorListEnd, 1);
  open(builder, 1, 2000, 5);
  open(builder, 1, 2001, 6);
  descriptor(builder, trace::kDescriptorAtEnd, 0, "/dev/null");
  descriptor(builder, trace::kDescriptorAtEnd, 6, "/tmp/six");
  descriptor(builder, trace::kDescriptorAtEnd, 8, "pipe:[3]");
  descriptor(builder, trace::kDescriptorAtEnd | trace::kDescriptorListEnd, 3);
  const ResourceHistory history = replayed(builder);
  EXPECT_TRUE(history.is_verified);
  EXPECT_EQ(history.unseen_closes, 1U);
  EXPECT_EQ(history.unseen_opens, 1U);
  ASSERT_EQ(history.open_descriptors.size(), 3U);
  EXPECT_TRUE(history.open_descriptors[0].is_inherited);
  EXPECT_EQ(history.open_descriptors[1].what, "/tmp/six");
  EXPECT_FALSE(history.open_descriptors[2].site.has_value());
}

TEST(ResourceReplay, AnIncompleteListIsNotBelieved) {
  TraceBuilder builder = new_builder();
  open(builder, 1, 2000, 5);
  descriptor(builder, trace::kDescriptorAtEnd, 0, "/dev/null");
  descriptor(builder, trace::kDescriptorAtEnd | trace::kDescriptorListEnd, 2);
  const ResourceHistory history = replayed(builder);
  EXPECT_FALSE(history.is_verified);
  EXPECT_EQ(history.open_descriptors.size(), 1U);
}

TEST(ResourceReplay, AThreadThatDetachesItselfBeforeItsCreatorKnowsIsNotUnjoined) {
  TraceBuilder builder = new_builder();
  add(builder, 2, Op::kThreadDetach, 2010, 0x7000, ResourceCall::kPthreadDetach);
  add(builder, 1, Op::kThreadCreate, 2020, 0x7000, ResourceCall::kPthreadCreate, 0, 1990);
  add(builder, 1, Op::kThreadCreate, 2030, 0x7000, ResourceCall::kPthreadCreate, 0, 2025);
  const ResourceHistory history = replayed(builder);
  EXPECT_EQ(history.threads_created, 2U);
  ASSERT_EQ(history.unjoined_threads.size(), 1U);
  EXPECT_FALSE(history.unjoined_threads[0].is_alive.has_value());
}

TEST(ResourceReplay, AHandleMayBeUsedAgainBeforeItsJoinIsSeen) {
  TraceBuilder builder = new_builder();
  add(builder, 1, Op::kThreadCreate, 2000, 0x7000, ResourceCall::kPthreadCreate);
  add(builder, 1, Op::kThreadCreate, 2010, 0x7000, ResourceCall::kPthreadCreate);
  add(builder, 2, Op::kThreadJoin, 2011, 0x7000, ResourceCall::kPthreadJoin);
  add(builder, 2, Op::kThreadJoin, 2050, 0x7000, ResourceCall::kPthreadJoin);
  EXPECT_TRUE(replayed(builder).unjoined_threads.empty());
}

TEST(ResourceReplay, AThreadThatHasNotRunYetIsTheYoungestAndAlive) {
  TraceBuilder builder = new_builder();
  add(builder, 1, Op::kThreadCreate, 2000, 0x7000, ResourceCall::kPthreadCreate);
  add(builder, 1, Op::kThreadCreate, 4000, 0x8000, ResourceCall::kPthreadCreate);
  add(builder, 1, Op::kThreadCreate, 6000, 0x9000, ResourceCall::kPthreadCreate);
  live_thread(builder, 0x8000, 12);
  live_thread(builder, 0, 13);
  live_thread(builder, 0, 0);
  const ResourceHistory history = replayed(builder);
  ASSERT_EQ(history.unjoined_threads.size(), 3U);
  EXPECT_EQ(history.unjoined_threads[0].is_alive, false);
  EXPECT_EQ(history.unjoined_threads[1].tid, 12U);
  EXPECT_EQ(history.unjoined_threads[2].is_alive, true);
  EXPECT_EQ(history.unjoined_threads[2].tid, 13U);
}

TEST(ResourceReplay, ReadsTheJournalOfAKilledProcess) {
  TraceBuilder builder = new_builder();
  open(builder, 1, 2050, 5);
  close(builder, 2, 2051, 5);
  open(builder, 1, 2052, 5, ResourceCall::kSocket);
  const ResourceHistory history = replay_trace(builder.killed(), {}).resources;
  EXPECT_EQ(history.descriptors_closed, 1U);
  EXPECT_EQ(history.unseen_closes, 0U);
  EXPECT_FALSE(history.is_verified);
  ASSERT_EQ(history.open_descriptors.size(), 1U);
  EXPECT_EQ(history.descriptor_sites[*history.open_descriptors[0].site].call, ResourceCall::kSocket);
}

// Checked in, and to be read for good. LEAK_WRITE_GOLDEN=1 writes it anew.
TEST(ResourceReplay, GoldenTrace) {
  TraceBuilder builder = new_builder();
  descriptor(builder, trace::kDescriptorAtStart, 0);
  descriptor(builder, trace::kDescriptorAtStart | trace::kDescriptorListEnd, 1);
  open(builder, 1, 2000, 3, ResourceCall::kAccept);
  add(builder, 1, Op::kThreadCreate, 2020, 0x7f00'0000'1640, ResourceCall::kPthreadCreate, 0, 2010);
  builder.alloc(1, 4000, 0x5000, 64, {1});
  close(builder, 2, 5000, 3);
  open(builder, 2, 5001, 3, ResourceCall::kFopen);
  descriptor(builder, trace::kDescriptorAtEnd, 0, "/dev/null");
  descriptor(builder, trace::kDescriptorAtEnd, 3, "/etc/hosts");
  descriptor(builder, trace::kDescriptorAtEnd | trace::kDescriptorListEnd, 2);
  builder.end(9000, 5'000'008'000);
  const std::filesystem::path traces = LEAK_GOLDEN_DIR "/traces";
  if (std::getenv("LEAK_WRITE_GOLDEN") != nullptr) {
    const test::Bytes bytes = builder.finished_trace();
    std::ofstream(traces / "v3/resources.zst", std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  }
  for (const char* version : {"v2", "v3"}) {
    SCOPED_TRACE(version);
    const HeapHistory history = replay_trace(traces / version / "resources.zst", {});
    EXPECT_EQ(history.totals.live.bytes, 64U);
    EXPECT_EQ(history.resources.descriptors_opened, 2U);
    EXPECT_TRUE(history.resources.is_verified);
    ASSERT_EQ(history.resources.open_descriptors.size(), 2U);
    EXPECT_EQ(history.resources.open_descriptors[1].what, "/etc/hosts");
    EXPECT_EQ(history.resources.unjoined_threads.size(), 1U);
  }
}

}  // namespace
}  // namespace leak::scan
