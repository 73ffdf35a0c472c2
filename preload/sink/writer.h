// The one consumer: turns full slots into frames of the trace, samples the process, and writes the end. Runs
// on a thread of its own (writer_thread.h) with descriptors, working directory and signals of its own.
#pragma once

#include <cstdint>

#include "sink/batch.h"
#include "sink/compressor.h"
#include "sink/journal.h"
#include "sink/process_probe.h"
#include "sink/trace_file.h"
#include "trace_format/heap_graph.h"
#include "trace_format/record.h"

namespace leak::hook {

// What a new recording needs to know; filled in by process/startup.
struct WriterSetup {
  const char* trace_path = nullptr;      // to be created; must not exist
  const void* process_record = nullptr;  // a kProcess meta record
  std::size_t process_bytes = 0;
  int compression_level = 1;
  bool address_model = true;  // trace_format/address_model.h
  std::uint32_t time_quantum_shift = 0;
  std::uint32_t sample_ms = 50;
  std::uint32_t buffer_slots = 64;
  std::uint64_t max_bytes = 0;
  bool tracks_fds = false;
  bool tracks_threads = false;
};

class Writer {
 public:
  // Creates trace and journal. 0, or minus an error number, and then no file is left behind; -EEXIST: the
  // name is taken, another may do.
  long open(const WriterSetup& setup) noexcept;

  // A forked child: all of this is the parent's, but the working memory serves again.
  void forget() noexcept;

  // One round: sleep, take in what is full, sample, write what is due.
  void run_once(std::uint64_t longest_sleep_ns = UINT64_MAX) noexcept;

  // A part of a heap graph of the moment `ticks` (trace_format/heap_graph.h). False: the trace cannot take it; what
  // is missing shows in the graph.
  bool append_graph_part(const void* body, std::size_t bytes, const trace::GraphPart& part,
                         std::uint64_t ticks) noexcept;
  // A marker that no thread of the program set.
  void append_marker(trace::MarkerKind kind, std::uint64_t ticks, const char* label) noexcept;
  // Where leakscan leaves commands; nullptr: no journal.
  trace::JournalControl* control() noexcept { return journal_.control(); }

  // A record of the writer's own thread. false: the trace takes no more.
  bool append_record(trace::MetaHeader& record, std::size_t bytes) noexcept {
    return append_own(record, bytes);
  }

  // Recording has stopped: everything goes to the trace, then the end record and the index; the journal goes.
  void finish(trace::EndKind end, std::uint32_t code) noexcept;
  // After finish(kExec) the exec failed: the recording goes on.
  void resume() noexcept;

  // The only thread left is ours: the program ended without telling.
  bool program_is_gone() const noexcept { return probe_.program_is_gone(); }

 private:
  long open_files(const WriterSetup& setup) noexcept;
  void take_in() noexcept;
  void take_in_slot(Slot* slot) noexcept;
  void take_in_slots_in_use() noexcept;
  bool may_grow() const noexcept;
  void grow_ahead() noexcept;
  void relieve_shortage() noexcept;
  bool write_batch() noexcept;
  bool write_meta(Slot* slot) noexcept;
  void sample(std::uint64_t now_ns) noexcept;
  bool append_own(trace::MetaHeader& record, std::size_t bytes) noexcept;
  void flush_own() noexcept;
  void append_counters() noexcept;
  void append_back_pressure() noexcept;
  void append_stack_checks() noexcept;
  void append_descriptors(std::uint16_t when) noexcept;
  void append_live_threads() noexcept;
  void stop_for(long error) noexcept;

  Compressor compressor_;
  Batch batch_;
  TraceFile trace_;
  Journal journal_;
  ProcessProbe probe_;
  Slot* own_slot_ = nullptr;  // samples and counters, in the journal like all else
  std::uint64_t events_written_ = 0;
  std::uint64_t batch_started_ns_ = 0;
  std::uint64_t next_sample_ns_ = 0;
  std::uint64_t next_flush_ns_ = 0;
  std::uint64_t waits_written_ = 0;
  std::uint64_t sample_interval_ns_ = 0;
  std::uint32_t buffer_slots_ = 0;
  bool tracks_fds_ = false;
  bool tracks_threads_ = false;
  bool failed_ = false;  // the trace cannot take more
};

}  // namespace leak::hook
