// Makes traces and journals for tests, in memory, byte for byte as the hook would: real frames, real codecs.
// Times are given in ticks. Nothing depends on the clock or on chance, so the same calls give the same bytes.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "decode/trace_source.h"
#include "trace_format/column_encoder.h"
#include "trace_format/layout.h"
#include "trace_format/record.h"

namespace leak::test {

using Bytes = std::vector<std::uint8_t>;
using Stack = std::vector<std::uint32_t>;  // pc ids, leaf first

struct ProcessSpec {
  std::string exe = "/usr/bin/myapp";
  std::string working_directory = "/home/user";
  std::string parent_trace;
  std::string allocator = "glibc 2.36";
  std::string hook_version = "0.1.0";
  std::string settings = "LEAKHOOK_LEVEL=1\n";
  std::vector<std::string> argv = {"myapp", "--fast"};
  std::uint64_t start_ticks = 1000;
  std::uint64_t ticks_per_second = 1'000'000'000;  // a tick is a nanosecond
  std::uint64_t start_mono_ns = 5'000'000'000;
  std::uint64_t parent_process_start = 0;
  std::uint64_t fork_ticks = 0;
  std::uint32_t pid = 4242;
  std::uint32_t parent_pid = 1;
  trace::ClockSource clock_source = trace::ClockSource::kTsc;
  std::uint32_t time_quantum_shift = 0;
};

// The bytes of single meta records, padded.
Bytes process_record(const ProcessSpec& spec);

class TraceBuilder {
 public:
  struct Limits {
    std::uint32_t events_per_section = 1000;
    std::uint32_t sections_per_chunk = 4;
    int level = 1;  // of zstd
    bool address_model = false;
    bool dictionary = true;
  };

  explicit TraceBuilder(ProcessSpec spec = {}) : TraceBuilder(std::move(spec), Limits{}) {}
  TraceBuilder(ProcessSpec spec, Limits limits);

  // ---- meta records ----
  void module(std::uint32_t id, const std::string& path, std::uint64_t map_start = 0x400000,
              std::uint64_t map_end = 0x500000, Bytes build_id = {0xab, 0xcd}, std::uint64_t ticks = 0);
  void module_gone(std::uint32_t id, std::uint64_t ticks);
  void pc(std::uint32_t id, std::uint64_t address, std::uint32_t module_id = 1, std::uint16_t flags = 0);
  void thread(std::uint32_t tid, std::uint16_t flags, const std::string& name, std::uint64_t ticks);
  void sample(std::uint64_t ticks, std::uint64_t mono_ns, std::uint64_t rss_bytes);
  void sampling(std::uint64_t ticks, std::uint64_t sample_bytes, std::uint32_t budget_permille = 0,
                std::uint32_t measured_permille = 0);
  void marker(std::uint64_t ticks, const std::string& label,
              trace::MarkerKind kind = trace::MarkerKind::kSnapshot);
  void unreported(std::uint64_t ticks, trace::UnreportedKind kind, std::uint32_t tid,
                  std::uint64_t address = 0);
  void memory_limit(std::uint64_t bytes);
  void counters(std::uint64_t ticks, std::uint64_t failed, std::vector<std::uint64_t> dropped);
  void back_pressure(std::uint64_t ticks, std::uint64_t waits, std::uint64_t wait_ns, std::uint64_t cpu_ns);
  void end(std::uint64_t ticks, std::uint64_t mono_ns, trace::EndKind kind = trace::EndKind::kExited,
           std::uint32_t code = 0);
  void meta_bytes(const Bytes& record);  // anything, also nonsense

  // ---- events ----
  void add(std::uint32_t tid, const trace::Event& event, const Stack& stack = {});
  void alloc(std::uint32_t tid, std::uint64_t ticks, std::uint64_t address, std::uint64_t size,
             const Stack& stack, trace::Op op = trace::Op::kMalloc);
  void free(std::uint32_t tid, std::uint64_t ticks, std::uint64_t address, trace::Op op = trace::Op::kFree);
  void resize(std::uint32_t tid, std::uint64_t begin_ticks, std::uint64_t ticks, std::uint64_t old_address,
              std::uint64_t address, std::uint64_t size, const Stack& stack);
  void map(std::uint32_t tid, std::uint64_t ticks, std::uint64_t address, std::uint64_t size,
           const Stack& stack, int flags = 0x22);
  void unmap(std::uint32_t tid, std::uint64_t ticks, std::uint64_t address, std::uint64_t size);

  // ---- layout ----
  void cut_section(std::uint32_t tid);  // the next event of the thread starts a new one
  void cut_sections();
  void flush_meta();    // writes the meta records so far as a frame
  void flush_events();  // writes all finished and unfinished sections as one frame
  void graph_part(std::uint64_t ticks, const Bytes& body);  // writes a frame (graph_bodies.h)

  // ---- results; each call finishes what is pending into the trace or the journal ----
  Bytes finished_trace();  // with index
  Bytes killed_trace();    // what is pending goes nowhere: see journal()
  Bytes journal();         // of what is pending
  scan::TraceSource finished();
  scan::TraceSource killed();  // trace and journal

  void set_journal_clock(std::uint64_t last_ticks, std::uint64_t last_mono_ns);
  void set_journal_drops(std::uint64_t drops) { journal_drops_ = drops; }
  void set_version(std::uint16_t version) { version_ = version; }
  const std::vector<trace::IndexEntry>& frames() const { return index_; }

 private:
  struct Recorded {
    trace::Event event;
    Stack pushed;
  };
  struct Section {
    std::uint64_t chunk_id = 0;
    std::uint32_t tid = 0;
    std::vector<Recorded> events;
    Stack stack;
  };

  Section& open_section(std::uint32_t tid);
  void append_record(Bytes record);
  void append_frame(trace::ChunkKind kind, std::uint64_t chunk_id, std::uint64_t first, std::uint64_t last,
                    std::uint32_t items, const Bytes& body);
  static void encode(trace::ColumnEncoder& encoder, const trace::Event& event, const Stack& pushed);
  void write_sections(const std::vector<Section>& sections);
  Bytes slot_bytes(const Section& section) const;

  ProcessSpec spec_;
  Limits limits_;
  std::unique_ptr<trace::AddressModel> address_model_;  // when the limits want it, as is
  std::unique_ptr<trace::EventDictionary> dictionary_;
  std::uint16_t version_ = trace::kFormatVersion;
  std::uint64_t next_chunk_id_ = 1;
  Bytes trace_;
  std::vector<trace::IndexEntry> index_;
  Bytes meta_;
  std::uint32_t meta_items_ = 0;
  std::map<std::uint32_t, Section> open_;
  std::vector<Section> closed_;
  std::uint64_t journal_ticks_ = 0;
  std::uint64_t journal_mono_ns_ = 0;
  std::uint64_t journal_drops_ = 0;
};

}  // namespace leak::test
