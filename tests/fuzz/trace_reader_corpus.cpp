// Writes seeds for trace_reader_fuzzer into the folder that is named: sound recordings of every kind.
#include <cstdio>
#include <fstream>
#include <string>

#include "decode/zstd_frame.h"
#include "fuzz/fuzz_input.h"
#include "support/event_samples.h"
#include "support/graph_bodies.h"
#include "support/small_trace.h"

namespace {

using leak::test::Bytes;
using leak::test::TraceBuilder;

void write_seed(const std::string& path, const Bytes& bytes) {
  std::ofstream out(path, std::ios::binary);
  out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

Bytes chunks_seed(TraceBuilder& builder, const Bytes& trace, const Bytes& journal) {
  Bytes seed{static_cast<std::uint8_t>(journal.empty() ? 0 : leak::test::kHasJournal)};
  leak::scan::FrameDecoder decoder;
  leak::scan::FrameBuffer chunk;
  for (const leak::trace::IndexEntry& entry : builder.frames()) {
    if (!decoder.decode(std::span(trace).subspan(entry.file_offset, entry.frame_bytes), chunk)) continue;
    const std::size_t length = chunk.bytes().size();
    if (length > 0xffff) continue;
    seed.push_back(static_cast<std::uint8_t>(length));
    seed.push_back(static_cast<std::uint8_t>(length >> 8));
    seed.insert(seed.end(), chunk.bytes().begin(), chunk.bytes().end());
  }
  seed.insert(seed.end(), 2, 0);
  seed.insert(seed.end(), journal.begin(), journal.end());
  return seed;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: trace_reader_corpus FOLDER\n");
    return 2;
  }
  const std::string folder = std::string(argv[1]) + "/";
  TraceBuilder small;
  add_small_trace(small);
  const Bytes trace_so_far = small.killed_trace();
  write_seed(folder + "chunks", chunks_seed(small, trace_so_far, {}));
  add_small_journal(small);
  write_seed(folder + "journal", chunks_seed(small, trace_so_far, small.journal()));
  Bytes finished{leak::test::kAsItIs, 0};
  const Bytes trace = small.finished_trace();
  finished.insert(finished.end(), trace.begin(), trace.end());
  write_seed(folder + "finished", finished);

  leak::test::ProcessSpec spec;
  spec.fork_ticks = 900;
  spec.parent_process_start = spec.start_ticks;
  spec.time_quantum_shift = 12;
  TraceBuilder all_operations(spec, {1000, 4, 1, true});
  for (const leak::test::SampleEvent& sample : leak::test::sample_events()) {
    if (sample.event.push > 100) continue;
    all_operations.add(1 + static_cast<std::uint32_t>(sample.event.ticks >> 12 & 1), sample.event,
                       sample.pc_ids);
  }
  all_operations.flush_events();
  write_seed(folder + "operations", chunks_seed(all_operations, all_operations.killed_trace(), {}));
  TraceBuilder modelled({}, {10, 2, 1, true});
  add_small_trace(modelled);
  write_seed(folder + "modelled", chunks_seed(modelled, modelled.killed_trace(), {}));

  leak::test::GraphSpec graph;
  graph.ticks = 6000;
  graph.types = {{"4Node", 0x401000}};
  graph.blocks = {{0x5000, 24, 7, 0}, {0x8000, 312, 0, 1}};
  graph.edges = {{0, 1, 8, 0, {}, {}}, {1, 0, 16, 8, {}, leak::trace::InteriorHint::kVtable}};
  graph.roots = {{leak::trace::RootKind::kData, {}, {}, 0, 0x601000, 0, 0}};
  TraceBuilder with_graph;
  add_small_trace(with_graph);
  add_graph(with_graph, graph);
  write_seed(folder + "graph", chunks_seed(with_graph, with_graph.killed_trace(), {}));
  return 0;
}
