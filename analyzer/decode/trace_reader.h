// A recording, opened: its meta records, and the list of its event chunks, from the trace and from the
// journal. The events themselves come through an EventFeed (event_feed.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/diagnostics.h"
#include "decode/frame_list.h"
#include "decode/journal.h"
#include "decode/trace_meta.h"
#include "decode/trace_source.h"

namespace leak::scan {

// One events chunk still to be decoded: a frame of the trace, or a slot of the journal.
struct EventChunkRef {
  FrameRef frame;
  std::optional<std::size_t> journal_slot;
};

class TraceReader {
 public:
  // Reads everything but the events. Throws CommandError when this is no trace, or one of a newer version;
  // damage is counted in `diagnostics`.
  static TraceReader open(TraceSource source, Diagnostics& diagnostics);

  const std::string& path() const { return source_.path; }
  const TraceSource& source() const { return source_; }
  const ByteSource& trace() const { return *source_.trace; }
  const TraceMeta& meta() const { return meta_; }
  const std::optional<Journal>& journal() const { return journal_; }

  // By first time stamp, so that whoever merges threads by time can take them in this order.
  const std::vector<EventChunkRef>& event_chunks() const { return event_chunks_; }

  // The parts of heap graphs, by offset (heap_graph_image.h).
  const std::vector<FrameRef>& graph_frames() const { return graph_frames_; }

  std::uint32_t time_quantum_shift() const { return time_quantum_shift_; }
  std::uint64_t start_ticks() const { return start_ticks_; }
  std::uint64_t last_ticks() const;  // newest time stamp anywhere

 private:
  explicit TraceReader(TraceSource source) : source_(std::move(source)) {}

  void adopt_journal(std::optional<Journal> journal, Diagnostics& diagnostics);
  void read_meta(const std::vector<FrameRef>& frames, MetaParser& parser, Diagnostics& diagnostics);
  void list_event_chunks(const std::vector<FrameRef>& frames, Diagnostics& diagnostics);
  void add_journal_slots(const std::vector<FrameRef>& frames, MetaParser& parser, Diagnostics& diagnostics);
  void assume_missing_process(Diagnostics& diagnostics);

  TraceSource source_;
  TraceMeta meta_;
  std::optional<Journal> journal_;
  std::vector<EventChunkRef> event_chunks_;
  std::vector<FrameRef> graph_frames_;
  std::uint32_t time_quantum_shift_ = 0;
  std::uint64_t start_ticks_ = 0;
};

// "trace 'x' was written by format version 2.0, ..." for CommandError.
std::string newer_version_message(const std::string& path, std::uint16_t version);

}  // namespace leak::scan
