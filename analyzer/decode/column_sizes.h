// What a trace is made of: the bytes of each column of its event chunks, as they are coded and as they lie in the
// file. The writer begins a zstd block with each column, so the compressed bytes of a column can be told, too.
#pragma once

#include <array>
#include <cstdint>

#include "base/diagnostics.h"
#include "decode/trace_reader.h"
#include "trace_format/layout.h"

namespace leak::scan {

struct StoredBytes {
  std::uint64_t coded = 0;   // before zstd
  std::uint64_t stored = 0;  // in the file
};

struct TraceSizes {
  std::array<StoredBytes, trace::kColumnCount> columns;  // by trace::Column
  StoredBytes heads;  // of event chunks: headers, and section tables, which name the threads
  std::uint64_t chunks = 0;           // with events, in the trace; those of a journal are in no columns yet
  std::uint64_t predicted_chunks = 0;  // of these: their addresses are coded by the address model
  std::uint64_t graph_bytes = 0;      // heap graphs
  std::uint64_t other_bytes = 0;      // the rest of the file: modules, code places, samples, index, ...
};

// Decompresses every event chunk once. A damaged one is counted in `diagnostics`, and its bytes are with the rest.
TraceSizes measure_columns(const TraceReader& reader, Diagnostics& diagnostics);

}  // namespace leak::scan
