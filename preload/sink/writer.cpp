#include "sink/writer.h"

#include <fcntl.h>

#include <cerrno>
#include <cstring>

#include "buffer/live.h"
#include "buffer/recording.h"
#include "sink/resource_census.h"
#include "sys/clock.h"
#include "sys/syscalls.h"

namespace leak::hook {

namespace {

constexpr std::uint64_t kNsPerMs = 1'000'000;
constexpr std::uint64_t kFlushIntervalNs = 1000 * kNsPerMs;  // the oldest event waits no longer for its frame

SlotPool& pool() noexcept { return g_recording.slots.pool(); }

std::uint32_t held_by_producers() noexcept {
  constexpr std::uint32_t kOwnSlots = 2;  // the writer's, and the one for meta records
  return g_recording.threads.load(std::memory_order_relaxed) + kOwnSlots;
}

trace::ChunkHeader meta_chunk_header(std::uint64_t chunk_id, const char* records, std::size_t bytes) noexcept {
  trace::ChunkHeader header{};
  header.magic = trace::kChunkMagic;
  header.kind = trace::ChunkKind::kMeta;
  header.version = trace::kFormatVersion;
  header.chunk_id = chunk_id;
  header.body_bytes = static_cast<std::uint32_t>(bytes);
  for (std::size_t at = 0; at + sizeof(trace::MetaHeader) <= bytes;) {
    trace::MetaHeader record;
    std::memcpy(&record, records + at, sizeof(record));
    if (record.record_bytes < sizeof(record)) break;
    if (header.item_count == 0 || record.ticks < header.first_ticks) header.first_ticks = record.ticks;
    if (record.ticks > header.last_ticks) header.last_ticks = record.ticks;
    ++header.item_count;
    at += record.record_bytes;
  }
  return header;
}

long write_meta_frame(TraceFile& trace, Compressor& compressor, std::uint64_t chunk_id, const void* records,
                      std::size_t bytes) noexcept {
  const trace::ChunkHeader header = meta_chunk_header(chunk_id, static_cast<const char*>(records), bytes);
  compressor.begin(sizeof(header) + bytes);
  compressor.add(&header, sizeof(header));
  compressor.add(records, bytes);
  return trace.append(compressor.finish(), header, 0);
}

}  // namespace

long Writer::open(const WriterSetup& setup) noexcept {
  const long descriptor = sys::raw_syscall(SYS_openat, AT_FDCWD, sys::as_arg(setup.trace_path),
                                           O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (descriptor < 0) return descriptor;
  trace_.open(static_cast<int>(descriptor), setup.max_bytes);
  const long error = open_files(setup);
  if (error != 0) {
    journal_.remove();
    sys::raw_syscall(SYS_unlinkat, AT_FDCWD, sys::as_arg(setup.trace_path), 0);
    return error;
  }
  own_slot_ = pool().take(trace::ChunkKind::kMeta, 0);
  sample_interval_ns_ = setup.sample_ms * kNsPerMs;
  buffer_slots_ = setup.buffer_slots;
  tracks_fds_ = setup.tracks_fds;
  tracks_threads_ = setup.tracks_threads;
  if (tracks_fds_ || tracks_threads_) journal_.announce_resources();
  if (tracks_fds_) append_descriptors(trace::kDescriptorAtStart);
  probe_.open();
  sample(sys::clock_ns(CLOCK_MONOTONIC));
  return 0;
}

long Writer::open_files(const WriterSetup& setup) noexcept {
  if (!compressor_.open(setup.compression_level) || !batch_.open(setup.address_model)) return -ENOMEM;
  batch_.set_time_quantum_shift(setup.time_quantum_shift);

  sys::PathText journal_path;
  journal_path.add(setup.trace_path).add(".journal");
  const long opened =
      journal_.open(journal_path.c_str(), setup.process_record, setup.process_bytes,
                    static_cast<std::uint32_t>(g_recording.pid), g_recording.start_ticks, pool());
  if (opened != 0) return opened;
  return write_meta_frame(trace_, compressor_, 0, setup.process_record, setup.process_bytes);
}

void Writer::forget() noexcept {
  trace_ = TraceFile{};
  journal_ = Journal{};
  probe_ = ProcessProbe{};
  own_slot_ = nullptr;
  events_written_ = 0;
  batch_started_ns_ = 0;
  next_sample_ns_ = 0;
  next_flush_ns_ = 0;
  waits_written_ = 0;
  failed_ = false;
}

void Writer::run_once(std::uint64_t longest_sleep_ns) noexcept {
  const std::uint64_t before = sys::clock_ns(CLOCK_MONOTONIC);
  if (before < next_sample_ns_) {
    const std::uint64_t until_sample_ns = next_sample_ns_ - before;
    const std::uint64_t sleep_ns = until_sample_ns < longest_sleep_ns ? until_sample_ns : longest_sleep_ns;
    g_recording.slots.writer_sleep(static_cast<std::int64_t>(sleep_ns));
  }
  take_in();
  grow_ahead();
  relieve_shortage();
  const std::uint64_t now = sys::clock_ns(CLOCK_MONOTONIC);
  if (now >= next_sample_ns_) sample(now);
  if (!batch_.empty() && now >= batch_started_ns_ + kFlushIntervalNs) write_batch();
  if (now >= next_flush_ns_) {
    append_back_pressure();
    flush_own();
    probe_.refresh_threads();
    next_flush_ns_ = now + kFlushIntervalNs;
  }
}

void Writer::take_in() noexcept {
  for (Slot* slot = pool().collect(); slot != nullptr;) {
    Slot* const next = pool().next(slot);  // before the slot is released
    take_in_slot(slot);
    slot = next;
  }
}

void Writer::take_in_slot(Slot* slot) noexcept {
  if (failed_) return;  // it stays in the journal
  if (slot->kind == trace::ChunkKind::kMeta) {
    if (write_meta(slot)) pool().release(slot);
    return;
  }
  if (batch_.empty()) batch_started_ns_ = sys::clock_ns(CLOCK_MONOTONIC);
  batch_.add(slot);
  if (batch_.full()) write_batch();
}

bool Writer::may_grow() const noexcept {
  return !failed_ && pool().slot_count() < buffer_slots_ + held_by_producers();
}

// More slots before somebody has to wait for them. What cannot be had now is somebody's shortage later.
void Writer::grow_ahead() noexcept {
  constexpr std::uint32_t kSpareSlots = 4;
  const std::uint32_t in_use = held_by_producers() + batch_.slot_count() + pool().full_count();
  if (pool().slot_count() < in_use + kSpareSlots && may_grow()) journal_.grow(pool());
}

// A thread waits for a slot. More slots while few chunks wait for us, else (and when the disk has no room for
// more) the producers wait until we have caught up.
void Writer::relieve_shortage() noexcept {
  if (!g_recording.slots.take_shortage()) return;
  if (!pool().has_free()) {
    const long error = may_grow() ? journal_.grow(pool()) : -EAGAIN;
    if (error != 0 && !batch_.empty()) {
      write_batch();
    } else if (error != 0 && error != -EAGAIN) {
      stop_for(error);  // every slot is some thread's, and there is no room for one more
    }
  }
  g_recording.slots.slots_available();
}

bool Writer::write_batch() noexcept {
  if (failed_) return false;
  trace::ChunkHeader header;
  const Compressor::Frame frame = batch_.compress(compressor_, header);
  const long error = trace_.append(frame, header, batch_.tid());
  if (error != 0) {
    stop_for(error);
    return false;
  }
  events_written_ += header.item_count;
  batch_.release(pool());
  g_recording.slots.slots_available();
  return true;
}

bool Writer::write_meta(Slot* slot) noexcept {
  const std::size_t bytes = slot->used.load(std::memory_order_acquire);  // pairs with append_meta
  if (bytes == 0) return true;
  const long error = write_meta_frame(trace_, compressor_, slot->chunk_id.load(std::memory_order_relaxed),
                                      slot_data(slot), bytes);
  if (error != 0) stop_for(error);
  return error == 0;
}

// The trace takes no more. What waits in slots stays in the journal; later events are counted as dropped.
void Writer::stop_for(long error) noexcept {
  failed_ = true;
  const trace::DropReason reason = error == -EFBIG  ? trace::DropReason::kQuota
                                   : error == -ENOSPC || error == -EDQUOT ? trace::DropReason::kDiskFull
                                                                          : trace::DropReason::kWriteError;
  g_recording.stop_reason.store(reason, std::memory_order_relaxed);
  Live expected = Live::kRecording;
  if (!g_live.state.compare_exchange_strong(expected, Live::kFull, std::memory_order_acq_rel)) {
    expected = Live::kPaused;
    g_live.state.compare_exchange_strong(expected, Live::kFull, std::memory_order_acq_rel);
  }
  g_recording.slots.close();
}

void Writer::sample(std::uint64_t now_ns) noexcept {
  next_sample_ns_ = now_ns + sample_interval_ns_;
  trace::SampleRecord record{};
  record.header.kind = trace::MetaKind::kSample;
  record.header.ticks = sys::now_ticks();
  record.mono_ns = sys::clock_ns(CLOCK_MONOTONIC);
  journal_.store_calibration(record.header.ticks, record.mono_ns);
  journal_.store_drops(g_recording.dropped);
  ProcessProbe::Memory memory;
  if (!probe_.read_memory(memory)) return;
  record.rss_bytes = memory.rss_bytes;
  record.virtual_bytes = memory.virtual_bytes;
  record.shared_bytes = memory.shared_bytes;
  record.hook_rss_bytes = std::uint64_t{pool().slot_count()} * trace::kSlotBytes;
  record.threads = probe_.threads();
  append_own(record.header, sizeof(record));
}

bool Writer::append_own(trace::MetaHeader& record, std::size_t bytes) noexcept {
  if (own_slot_ == nullptr) return false;
  record.record_bytes = static_cast<std::uint32_t>(bytes);
  std::uint32_t used = own_slot_->used.load(std::memory_order_relaxed);
  if (used + bytes > trace::kSlotDataBytes) {
    flush_own();
    used = own_slot_->used.load(std::memory_order_relaxed);
    if (used + bytes > trace::kSlotDataBytes) return false;  // the trace takes no more
  }
  std::memcpy(reinterpret_cast<char*>(slot_data(own_slot_)) + used, &record, bytes);
  own_slot_->used.store(used + static_cast<std::uint32_t>(bytes), std::memory_order_release);
  return true;
}

bool Writer::append_graph_part(const void* body, std::size_t bytes, const trace::GraphPart& part,
                               std::uint64_t ticks) noexcept {
  if (failed_) return false;
  trace::ChunkHeader header{};
  header.magic = trace::kChunkMagic;
  header.kind = trace::ChunkKind::kHeapGraph;
  header.version = trace::kFormatVersion;
  header.chunk_id = pool().new_chunk_id();
  header.first_ticks = header.last_ticks = ticks;
  header.body_bytes = static_cast<std::uint32_t>(bytes);
  header.item_count = part.item_count;
  compressor_.begin(sizeof(header) + bytes);
  compressor_.add(&header, sizeof(header));
  compressor_.add(body, sizeof(part));
  compressor_.end_block();  // a reader that only sorts the parts need not decode them
  compressor_.add(static_cast<const char*>(body) + sizeof(part), bytes - sizeof(part));
  return trace_.append(compressor_.finish(), header, 0) == 0;
}

void Writer::append_marker(trace::MarkerKind kind, std::uint64_t ticks, const char* label) noexcept {
  struct {
    trace::MarkerRecord record;
    char label[trace::kControlLabelBytes];
  } marker{};
  const std::size_t length = strnlen(label, sizeof(marker.label));
  marker.record.header.kind = trace::MetaKind::kMarker;
  marker.record.header.ticks = ticks;
  marker.record.marker = kind;
  marker.record.label_bytes = static_cast<std::uint32_t>(length);
  std::memcpy(marker.label, label, length);
  append_own(marker.record.header, trace::padded_record_bytes(sizeof(marker.record) + length));
}

void Writer::flush_own() noexcept {
  if (failed_ || own_slot_ == nullptr || own_slot_->used.load(std::memory_order_relaxed) == 0) return;
  if (write_meta(own_slot_)) pool().renew(own_slot_);
}

void Writer::append_counters() noexcept {
  trace::CountersRecord record{};
  record.header.kind = trace::MetaKind::kCounters;
  record.header.ticks = sys::now_ticks();
  record.events = events_written_;
  record.failed_allocations = g_recording.failed_allocations.load(std::memory_order_relaxed);
  record.nested_maps = g_recording.nested_maps.load(std::memory_order_relaxed);
  record.deferred = g_recording.deferred.load(std::memory_order_relaxed);
  for (std::size_t i = 0; i != trace::kDropReasonCount; ++i) {
    record.dropped[i] = g_recording.dropped[i].load(std::memory_order_relaxed);
  }
  append_own(record.header, sizeof(record));
}

// Said again whenever there are more: the process may be killed.
void Writer::append_back_pressure() noexcept {
  const SlotSupply::Waits waits = g_recording.slots.waits();
  if (waits.count == waits_written_) return;
  trace::BackPressureRecord record{};
  record.header.kind = trace::MetaKind::kBackPressure;
  record.header.ticks = sys::now_ticks();
  record.waits = waits.count;
  record.wait_ns = waits.ns;
  record.cpu_ns = sys::clock_ns(CLOCK_PROCESS_CPUTIME_ID);
  if (append_own(record.header, sizeof(record))) waits_written_ = waits.count;
}

void Writer::append_stack_checks() noexcept {
  const Recording::StackChecks& checks = g_recording.stack_checks;
  if (checks.checked.load(std::memory_order_relaxed) == 0) return;
  trace::StackCheckRecord record{};
  record.header.kind = trace::MetaKind::kStackCheck;
  record.header.ticks = sys::now_ticks();
  record.checked = checks.checked.load(std::memory_order_relaxed);
  record.mismatches = checks.mismatches.load(std::memory_order_relaxed);
  record.guessed = checks.guessed.load(std::memory_order_relaxed);
  record.undecided = checks.undecided.load(std::memory_order_relaxed);
  append_own(record.header, sizeof(record));
}

void Writer::append_descriptors(std::uint16_t when) noexcept {
  struct Record {
    trace::DescriptorRecord fixed;
    char text[kDescriptorTextBytes];
  };
  Record record{};
  record.fixed.header.kind = trace::MetaKind::kDescriptor;
  record.fixed.header.ticks = sys::now_ticks();
  DescriptorList list;
  for (OpenDescriptor open; list.next(open); ++record.fixed.number) {
    Record one = record;
    one.fixed.header.flags = when;
    one.fixed.number = open.number;
    if (when == trace::kDescriptorAtEnd) {
      const DescriptorText text = list.describe(open);
      if (text.is_listening) one.fixed.header.flags |= trace::kDescriptorListening;
      one.fixed.text_bytes = static_cast<std::uint32_t>(text.text.size());
      std::memcpy(one.text, text.text.c_str(), text.text.size());
    }
    append_own(one.fixed.header, trace::padded_record_bytes(sizeof(one.fixed) + one.fixed.text_bytes));
  }
  if (!list.is_complete()) return;
  record.fixed.header.flags = when | trace::kDescriptorListEnd;
  append_own(record.fixed.header, sizeof(record.fixed));
}

void Writer::append_live_threads() noexcept {
  trace::LiveThreadRecord record{};
  record.header.kind = trace::MetaKind::kLiveThread;
  record.header.ticks = sys::now_ticks();
  LiveThreadList list;
  for (LiveThread thread; list.next(thread);) {
    record.handle = thread.handle;
    record.tid = thread.tid;
    append_own(record.header, sizeof(record));
  }
  if (!list.is_complete()) return;
  record.handle = 0;
  record.tid = 0;
  append_own(record.header, sizeof(record));
}

// Slots that threads still hold: recording has stopped, so what is committed is all there will be.
void Writer::take_in_slots_in_use() noexcept {
  for (std::uint32_t i = 0; i != pool().taken_end(); ++i) {
    Slot* slot = pool().at(i);
    if (slot == own_slot_ || slot->chunk_id.load(std::memory_order_acquire) == 0) continue;
    take_in_slot(slot);
  }
}

void Writer::finish(trace::EndKind end, std::uint32_t code) noexcept {
  // A full disk may have room again by now; what failed then is still in the batch and in the journal.
  failed_ = false;
  if (!batch_.empty()) write_batch();
  take_in();
  if (!batch_.empty()) write_batch();
  take_in_slots_in_use();
  if (!batch_.empty()) write_batch();

  sample(sys::clock_ns(CLOCK_MONOTONIC));
  append_counters();
  append_back_pressure();
  append_stack_checks();
  if (tracks_fds_) append_descriptors(trace::kDescriptorAtEnd);
  if (tracks_threads_) append_live_threads();
  trace::EndRecord record{};
  record.header.kind = trace::MetaKind::kEnd;
  record.header.ticks = sys::now_ticks();
  record.mono_ns = sys::clock_ns(CLOCK_MONOTONIC);
  record.end = end;
  record.code = code;
  append_own(record.header, sizeof(record));
  flush_own();
  if (failed_) return;  // the journal keeps the rest
  if (trace_.append_index(compressor_) == 0) journal_.remove();
}

void Writer::resume() noexcept {
  if (failed_) return;
  if (const long error = journal_.restore(pool()); error != 0) stop_for(error);
}

}  // namespace leak::hook
