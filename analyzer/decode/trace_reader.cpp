#include "decode/trace_reader.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "base/command_error.h"
#include "base/damage.h"
#include "decode/chunk_bodies.h"
#include "decode/event_decoder.h"
#include "decode/zstd_frame.h"
#include "trace_format/raw_codec.h"

namespace leak::scan {

namespace {

std::span<const std::uint8_t> as_bytes(const std::vector<std::uint64_t>& words) {
  return {reinterpret_cast<const std::uint8_t*>(words.data()), words.size() * sizeof(std::uint64_t)};
}

// What an index would say about the slot.
FrameRef describe_slot(const JournalSlot& slot) {
  FrameRef frame;
  frame.offset = slot.file_offset;
  frame.chunk_id = slot.chunk_id;
  frame.kind = trace::ChunkKind::kEvents;
  frame.first_ticks = slot.words.front();  // word 0 of the first event: its time
  frame.last_ticks = frame.first_ticks;
  const std::uint64_t* cursor = slot.words.data();
  trace::Event event;
  const std::uint32_t* pc_ids = nullptr;
  while (trace::get_raw_event(cursor, slot.words.data() + slot.words.size(), event, pc_ids)) {
    frame.last_ticks = std::max(frame.last_ticks, event.ticks);
    ++frame.item_count;
  }
  return frame;
}

// Which journal slots reached the trace before the process ended.
class WrittenChunks {
 public:
  WrittenChunks(const TraceSource& source, const std::vector<FrameRef>& frames) : bodies_(source) {
    FrameDecoder decoder;
    for (const FrameRef& frame : frames) {
      frame_of_chunk_.emplace(frame.chunk_id, &frame);
      if (frame.kind != trace::ChunkKind::kEvents) continue;
      for (const std::uint64_t id : section_chunk_ids(*source.trace, frame, decoder)) {
        frame_of_chunk_.emplace(id, &frame);
      }
    }
  }

  // Only a frame that can be read to its end counts: the ids come from its first bytes alone, before the
  // checksum has been seen, and a damaged one must not hide the slot that still has the data.
  bool contain(std::uint64_t chunk_id) {
    const auto found = frame_of_chunk_.find(chunk_id);
    if (found == frame_of_chunk_.end()) return false;
    const auto [verdict, is_new] = is_whole_.emplace(found->second, false);
    if (is_new) verdict->second = bodies_.body(*found->second).has_value();
    return verdict->second;
  }

 private:
  ChunkBodies bodies_;
  std::unordered_map<std::uint64_t, const FrameRef*> frame_of_chunk_;
  std::unordered_map<const FrameRef*, bool> is_whole_;
};

}  // namespace

std::string newer_version_message(const std::string& path, std::uint16_t version) {
  return "trace '" + path + "' has format version " + std::to_string(version >> 8) + "." +
         std::to_string(version & 0xff) + ", but this leakscan reads versions up to " +
         std::to_string(trace::kFormatMajor) + ".x; use the leakscan that came with the recording library";
}

TraceReader TraceReader::open(TraceSource source, Diagnostics& diagnostics) {
  TraceReader reader(std::move(source));
  // The journal first: see read_journal.
  std::optional<Journal> journal;
  Diagnostics journal_damage;
  if (reader.source_.journal != nullptr) journal = read_journal(*reader.source_.journal, journal_damage);
  Diagnostics trace_damage;
  const FrameList list = list_frames(*reader.source_.trace, trace_damage);
  if (list.frames.empty() && !journal) {
    throw CommandError("'" + reader.path() +
                       "' is not a leakhook trace: nothing in it can be read as one; give the .zst file that "
                       "libleakhook.so wrote");
  }
  diagnostics.torn_frames += trace_damage.torn_frames;
  diagnostics.skipped_bytes += trace_damage.skipped_bytes;
  diagnostics.first_damage_offset = trace_damage.first_damage_offset;
  MetaParser parser(reader.meta_, diagnostics);
  reader.read_meta(list.frames, parser, diagnostics);
  if (journal) {
    diagnostics.torn_frames += journal_damage.torn_frames;
    reader.adopt_journal(std::move(journal), diagnostics);
  } else if (reader.source_.journal != nullptr) {
    diagnostics.warnings.push_back(
        "The journal next to the trace cannot be read; events that were only there are lost.");
  }
  if (!reader.meta_.process && list.frames.empty()) {
    throw CommandError("'" + reader.path() +
                       "' and its journal say nothing about a process; nothing was recorded");
  }
  reader.list_event_chunks(list.frames, diagnostics);
  if (reader.journal_) reader.add_journal_slots(list.frames, parser, diagnostics);
  parser.finish();
  if (reader.meta_.process) {
    reader.time_quantum_shift_ = reader.meta_.process->record.time_quantum_shift;
    reader.start_ticks_ = reader.meta_.process->record.header.ticks;
  } else {
    reader.assume_missing_process(diagnostics);
  }
  std::stable_sort(reader.event_chunks_.begin(), reader.event_chunks_.end(),
                   [](const EventChunkRef& a, const EventChunkRef& b) {
                     return a.frame.first_ticks < b.frame.first_ticks;
                   });
  return reader;
}

void TraceReader::read_meta(const std::vector<FrameRef>& frames, MetaParser& parser,
                            Diagnostics& diagnostics) {
  ChunkBodies bodies(source_);
  for (const FrameRef& frame : frames) {
    if (frame.kind != trace::ChunkKind::kMeta) continue;
    const std::optional<std::span<const std::uint8_t>> body = bodies.body(frame);
    if (!body || !parser.parse(*body)) note_damage(diagnostics, frame.offset);
  }
}

void TraceReader::adopt_journal(std::optional<Journal> journal, Diagnostics& diagnostics) {
  std::optional<ProcessMeta> process = parse_process(as_bytes(journal->process_record));
  if (process && process->record.header.ticks != journal->process_start_ticks) process.reset();
  if (meta_.process && meta_.process->record.header.ticks != journal->process_start_ticks) {
    diagnostics.warnings.push_back(
        "The journal next to the trace belongs to another recording and was ignored.");
    return;
  }
  if (!meta_.process) meta_.process = std::move(process);
  journal_ = std::move(journal);
}

void TraceReader::list_event_chunks(const std::vector<FrameRef>& frames, Diagnostics& diagnostics) {
  for (const FrameRef& frame : frames) {
    switch (frame.kind) {
      case trace::ChunkKind::kMeta:
        break;
      case trace::ChunkKind::kIndex:
        break;
      case trace::ChunkKind::kHeapGraph:
        graph_frames_.push_back(frame);
        break;
      case trace::ChunkKind::kEvents:
        event_chunks_.push_back({frame, std::nullopt});
        break;
      default:
        ++diagnostics.unknown_records;
        break;
    }
  }
}

void TraceReader::add_journal_slots(const std::vector<FrameRef>& frames, MetaParser& parser,
                                    Diagnostics& diagnostics) {
  WrittenChunks written(source_, frames);
  for (std::size_t i = 0; i != journal_->slots.size(); ++i) {
    const JournalSlot& slot = journal_->slots[i];
    if (slot.words.empty() || written.contain(slot.chunk_id)) continue;
    diagnostics.recovered_from_journal = true;
    if (slot.kind == trace::ChunkKind::kMeta) {
      if (!parser.parse(as_bytes(slot.words))) note_damage(diagnostics, slot.file_offset);
      continue;
    }
    event_chunks_.push_back({describe_slot(slot), i});
  }
}

// The quantum of event times, guessed from a chunk whose header has a time in ticks and whose first events
// have it in quanta.
std::uint32_t guess_time_quantum(std::uint64_t first_ticks, std::span<const std::uint8_t> body) {
  DecodedChunk chunk;
  EventDecoder({}, 0, false).decode_columns(body, chunk);
  std::uint64_t first_quanta = ~std::uint64_t{0};
  for (const Section& section : chunk.sections) {
    if (!section.steps.empty()) first_quanta = std::min(first_quanta, section.steps.front().time);
  }
  std::uint32_t shift = 0;
  while (shift < 32 && first_ticks >> shift > first_quanta) ++shift;
  return shift;
}

// The frame with the process record is damaged and no journal has a copy: times can only be guessed, from the
// chunk headers, but the blocks and stacks are all there.
void TraceReader::assume_missing_process(Diagnostics& diagnostics) {
  start_ticks_ = ~std::uint64_t{0};
  for (const EventChunkRef& chunk : event_chunks_)
    start_ticks_ = std::min(start_ticks_, chunk.frame.first_ticks);
  if (event_chunks_.empty()) start_ticks_ = 0;
  ChunkBodies bodies(source_);
  for (const EventChunkRef& chunk : event_chunks_) {
    if (chunk.journal_slot) continue;
    if (const std::optional<std::span<const std::uint8_t>> body = bodies.body(chunk.frame)) {
      time_quantum_shift_ = guess_time_quantum(chunk.frame.first_ticks, *body);
      break;
    }
  }
  diagnostics.warnings.push_back(
      "The record that describes the process is damaged; its name and arguments are lost and all times are "
      "guesses.");
}

std::uint64_t TraceReader::last_ticks() const {
  std::uint64_t last = start_ticks_;
  for (const EventChunkRef& chunk : event_chunks_) last = std::max(last, chunk.frame.last_ticks);
  if (meta_.end) last = std::max(last, meta_.end->header.ticks);
  if (!meta_.samples.empty()) last = std::max(last, meta_.samples.back().header.ticks);
  if (!meta_.markers.empty()) last = std::max(last, meta_.markers.back().record.header.ticks);
  if (meta_.counters) last = std::max(last, meta_.counters->header.ticks);
  if (journal_) last = std::max(last, journal_->last_ticks);
  return last;
}

}  // namespace leak::scan
