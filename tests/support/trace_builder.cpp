#include "support/trace_builder.h"

#include <zstd.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <stdexcept>

#include "support/byte_writer.h"
#include "trace_format/raw_codec.h"

namespace leak::test {

TraceBuilder::TraceBuilder(ProcessSpec spec, Limits limits) : spec_(std::move(spec)), limits_(limits) {
  if (limits_.address_model) address_model_ = std::make_unique<trace::AddressModel>();
  if (limits_.dictionary) dictionary_ = std::make_unique<trace::EventDictionary>();
  append_record(process_record(spec_));
}

void TraceBuilder::append_record(Bytes record) {
  meta_.insert(meta_.end(), record.begin(), record.end());
  ++meta_items_;
}

void TraceBuilder::add(std::uint32_t tid, const trace::Event& event, const Stack& stack) {
  Section& section = open_section(tid);
  Recorded& recorded = section.events.emplace_back();
  recorded.event = event;
  if (event.has_stack) {
    // What both stacks share at their outer ends is kept, the rest is pushed.
    const Stack& before = section.stack;
    std::size_t keep = 0;
    while (keep < stack.size() && keep < before.size() &&
           stack[stack.size() - 1 - keep] == before[before.size() - 1 - keep]) {
      ++keep;
    }
    recorded.event.keep = static_cast<std::uint32_t>(keep);
    recorded.event.push = static_cast<std::uint32_t>(stack.size() - keep);
    recorded.pushed.assign(stack.begin(), stack.end() - static_cast<std::ptrdiff_t>(keep));
    section.stack = stack;
  }
  if (section.events.size() == limits_.events_per_section) cut_section(tid);
}

void TraceBuilder::alloc(std::uint32_t tid, std::uint64_t ticks, std::uint64_t address, std::uint64_t size,
                         const Stack& stack, trace::Op op) {
  trace::Event event;
  event.op = op;
  event.has_stack = true;
  event.ticks = event.begin_ticks = ticks;
  event.address = address;
  event.size = size;
  add(tid, event, stack);
}

void TraceBuilder::free(std::uint32_t tid, std::uint64_t ticks, std::uint64_t address, trace::Op op) {
  trace::Event event;
  event.op = op;
  event.ticks = event.begin_ticks = ticks;
  event.address = address;
  add(tid, event);
}

void TraceBuilder::resize(std::uint32_t tid, std::uint64_t begin_ticks, std::uint64_t ticks,
                          std::uint64_t old_address, std::uint64_t address, std::uint64_t size,
                          const Stack& stack) {
  trace::Event event;
  event.op = trace::Op::kRealloc;
  event.has_stack = true;
  event.begin_ticks = begin_ticks;
  event.ticks = ticks;
  event.old_address = old_address;
  event.address = address;
  event.size = size;
  add(tid, event, stack);
}

void TraceBuilder::map(std::uint32_t tid, std::uint64_t ticks, std::uint64_t address, std::uint64_t size,
                       const Stack& stack, int flags) {
  trace::Event event;
  event.op = trace::Op::kMmap;
  event.has_stack = true;
  event.ticks = event.begin_ticks = ticks;
  event.address = address;
  event.size = size;
  event.extra = trace::pack_mmap_extra(3, flags, false);
  add(tid, event, stack);
}

void TraceBuilder::unmap(std::uint32_t tid, std::uint64_t ticks, std::uint64_t address, std::uint64_t size) {
  trace::Event event;
  event.op = trace::Op::kMunmap;
  event.ticks = event.begin_ticks = ticks;
  event.address = address;
  event.size = size;
  add(tid, event);
}

TraceBuilder::Section& TraceBuilder::open_section(std::uint32_t tid) {
  Section& section = open_[tid];
  if (section.chunk_id == 0) {
    section.chunk_id = next_chunk_id_++;
    section.tid = tid;
  }
  return section;
}

void TraceBuilder::cut_section(std::uint32_t tid) {
  const auto found = open_.find(tid);
  if (found == open_.end()) return;
  closed_.push_back(std::move(found->second));
  open_.erase(found);
  if (closed_.size() >= limits_.sections_per_chunk) {
    write_sections(closed_);
    closed_.clear();
  }
}

void TraceBuilder::cut_sections() {
  while (!open_.empty()) cut_section(open_.begin()->first);
}

void TraceBuilder::flush_meta() {
  if (meta_.empty()) return;
  append_frame(trace::ChunkKind::kMeta, next_chunk_id_++, spec_.start_ticks, spec_.start_ticks, meta_items_,
               meta_);
  meta_.clear();
  meta_items_ = 0;
}

void TraceBuilder::flush_events() {
  cut_sections();
  if (!closed_.empty()) write_sections(closed_);
  closed_.clear();
}

void TraceBuilder::graph_part(std::uint64_t ticks, const Bytes& body) {
  if (trace_.empty()) flush_meta();  // the process record comes first
  append_frame(trace::ChunkKind::kHeapGraph, next_chunk_id_++, ticks, ticks, 1, body);
}

// As the writer does it: the two shapes of most events have functions of their own.
void TraceBuilder::encode(trace::ColumnEncoder& encoder, const trace::Event& event, const Stack& pushed) {
  Stack pcs = pushed;
  pcs.resize(std::max<std::size_t>(pcs.size(), trace::kMaxPlainPush));
  if (!trace::may_be_entry(event.op, event.has_stack, event.size, event.push)) {
    encoder.put(event, pcs.data());
  } else if (event.has_stack) {
    encoder.put_allocation(event.op, event.ticks, event.address, event.size, event.keep, event.push,
                           pcs.data());
  } else {
    encoder.put_free(event.op, event.ticks, event.address);
  }
}

void TraceBuilder::write_sections(const std::vector<Section>& sections) {
  if (trace_.empty()) flush_meta();  // the process record comes first
  std::size_t bound = 0;
  std::uint32_t events = 0;
  for (const Section& section : sections) {
    for (const Recorded& one : section.events) bound += trace::column_bytes_bound(one.event.push);
    events += static_cast<std::uint32_t>(section.events.size());
  }
  std::vector<Bytes> columns(trace::kColumnCount, Bytes(bound));
  trace::ColumnEncoder encoder;
  for (std::size_t i = 0; i != columns.size(); ++i) {
    encoder.set_column(static_cast<trace::Column>(i), columns[i].data());
  }
  if (address_model_ != nullptr) address_model_->begin_chunk();
  encoder.set_address_model(address_model_.get());
  Bytes body;
  if (dictionary_ != nullptr) dictionary_->begin_chunk();
  encoder.set_dictionary(dictionary_.get());
  std::uint32_t flags = trace::kEventsTimeRuns;
  if (address_model_ != nullptr) flags |= trace::kEventsAddressModel;
  if (dictionary_ != nullptr) flags |= trace::kEventsDictionary;
  put(body, trace::EventsHeader{static_cast<std::uint32_t>(sections.size()), flags});
  std::uint64_t first = ~std::uint64_t{0};
  std::uint64_t last = 0;
  for (const Section& section : sections) {
    put(body, trace::SectionEntry{section.chunk_id, section.tid,
                                  static_cast<std::uint32_t>(section.events.size())});
    encoder.begin_section(spec_.time_quantum_shift, section.tid);
    for (const Recorded& one : section.events) {
      encode(encoder, one.event, one.pushed);
      first = std::min(first, one.event.begin_ticks);
      last = std::max(last, one.event.ticks);
    }
    encoder.end_section();
  }
  const auto bytes_of = [&](std::size_t i) {
    const trace::ColumnEncoder::Buffer& column = encoder.column(static_cast<trace::Column>(i));
    return static_cast<std::size_t>(column.end - column.begin);
  };
  const std::size_t column_count = trace::column_count(flags);
  for (std::size_t i = 0; i != column_count; ++i) put(body, static_cast<std::uint32_t>(bytes_of(i)));
  for (std::size_t i = 0; i != column_count; ++i) {
    body.insert(body.end(), columns[i].begin(),
                columns[i].begin() + static_cast<std::ptrdiff_t>(bytes_of(i)));
  }
  append_frame(trace::ChunkKind::kEvents, sections.front().chunk_id, first, last, events, body);
}

void TraceBuilder::append_frame(trace::ChunkKind kind, std::uint64_t chunk_id, std::uint64_t first,
                                std::uint64_t last, std::uint32_t items, const Bytes& body) {
  Bytes chunk;
  std::uint16_t version = version_;
  if (kind == trace::ChunkKind::kEvents && dictionary_ != nullptr)
    version = std::max(version, trace::kDictionaryVersion);
  if (kind == trace::ChunkKind::kEvents && address_model_ != nullptr)
    version = std::max(version, trace::kModelVersion);
  put(chunk, trace::ChunkHeader{trace::kChunkMagic, kind, version, chunk_id, first, last,
                                static_cast<std::uint32_t>(body.size()), items});
  chunk.insert(chunk.end(), body.begin(), body.end());
  ZSTD_CCtx* const context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
  ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, limits_.level);
  const std::size_t offset = trace_.size();
  trace_.resize(offset + ZSTD_compressBound(chunk.size()));
  const std::size_t size =
      ZSTD_compress2(context, trace_.data() + offset, trace_.size() - offset, chunk.data(), chunk.size());
  ZSTD_freeCCtx(context);
  if (ZSTD_isError(size) != 0) throw std::runtime_error("zstd cannot compress a test chunk");
  trace_.resize(offset + size);
  index_.push_back({offset, first, last, chunk_id, static_cast<std::uint32_t>(size), items, kind, 0, 0});
}

Bytes TraceBuilder::finished_trace() {
  flush_events();
  flush_meta();
  const std::uint64_t index_offset = trace_.size();
  Bytes body;
  for (const trace::IndexEntry& entry : index_) put(body, entry);
  append_frame(trace::ChunkKind::kIndex, next_chunk_id_++, 0, 0, static_cast<std::uint32_t>(index_.size()),
               body);
  index_.pop_back();
  put(trace_, trace::IndexTrailer{trace::kIndexTrailerMagic, 8, index_offset});
  return trace_;
}

Bytes TraceBuilder::killed_trace() { return trace_; }

Bytes TraceBuilder::slot_bytes(const Section& section) const {
  Bytes data;
  for (const Recorded& one : section.events) {
    std::vector<std::uint64_t> words(trace::raw_event_words_bound(one.event.push));
    std::uint64_t* const end = trace::put_raw_event_head(words.data(), one.event);
    if (!one.pushed.empty()) std::memcpy(end, one.pushed.data(), one.pushed.size() * sizeof(std::uint32_t));
    words.resize(static_cast<std::size_t>(end - words.data()) + (one.event.push + 1) / 2);
    const auto* const bytes = reinterpret_cast<const std::uint8_t*>(words.data());
    data.insert(data.end(), bytes, bytes + words.size() * 8);
  }
  return data;
}

void TraceBuilder::set_journal_clock(std::uint64_t last_ticks, std::uint64_t last_mono_ns) {
  journal_ticks_ = last_ticks;
  journal_mono_ns_ = last_mono_ns;
}

Bytes TraceBuilder::journal() {
  const Bytes process = process_record(spec_);
  Bytes out(trace::kJournalSlotsOffset);
  using Header = trace::JournalHeader;
  put_at(out, offsetof(Header, magic), trace::kJournalMagic);
  put_at(out, offsetof(Header, version), version_);
  put_at(out, offsetof(Header, header_bytes), static_cast<std::uint16_t>(sizeof(Header)));
  put_at(out, offsetof(Header, slot_bytes), static_cast<std::uint32_t>(trace::kSlotBytes));
  put_at(out, offsetof(Header, pid), spec_.pid);
  put_at(out, offsetof(Header, process_start_ticks), spec_.start_ticks);
  put_at(out, offsetof(Header, process_bytes), static_cast<std::uint32_t>(process.size()));
  put_at(out, offsetof(Header, last_ticks), journal_ticks_);
  put_at(out, offsetof(Header, last_mono_ns), journal_mono_ns_);
  put_at(out, offsetof(Header, drops), journal_drops_);
  std::copy(process.begin(), process.end(), out.begin() + trace::kJournalProcessOffset);

  std::uint32_t slots = 0;
  const auto add_slot = [&](std::uint64_t chunk_id, trace::ChunkKind kind, std::uint32_t tid,
                            const Bytes& data) {
    if (data.size() > trace::kSlotDataBytes)
      throw std::runtime_error("a test section does not fit into a slot");
    const std::size_t offset = out.size();
    out.resize(offset + trace::kSlotBytes);
    using Slot = trace::SlotHeader;
    put_at(out, offset + offsetof(Slot, chunk_id), chunk_id);
    put_at(out, offset + offsetof(Slot, kind), kind);
    put_at(out, offset + offsetof(Slot, tid), tid);
    put_at(out, offset + offsetof(Slot, used), static_cast<std::uint32_t>(data.size()));
    std::copy(data.begin(), data.end(), out.begin() + static_cast<std::ptrdiff_t>(offset + sizeof(Slot)));
    ++slots;
  };
  if (!meta_.empty()) add_slot(next_chunk_id_, trace::ChunkKind::kMeta, 0, meta_);
  for (const Section& section : closed_) {
    add_slot(section.chunk_id, trace::ChunkKind::kEvents, section.tid, slot_bytes(section));
  }
  for (const auto& [tid, section] : open_) {
    add_slot(section.chunk_id, trace::ChunkKind::kEvents, tid, slot_bytes(section));
  }
  put_at(out, offsetof(Header, slot_count), slots);
  return out;
}

scan::TraceSource TraceBuilder::finished() { return scan::trace_in_memory(finished_trace()); }

scan::TraceSource TraceBuilder::killed() { return scan::trace_in_memory(killed_trace(), journal()); }

}  // namespace leak::test
