// Any bytes as a trace and a journal: decode and replay must neither crash nor hang nor ask for memory
// without end.
#include <zstd.h>

#include <algorithm>
#include <cstring>
#include <span>

#include "base/command_error.h"
#include "fuzz/fuzz_input.h"
#include "replay/event_dump.h"
#include "replay/heap_replay.h"

namespace {

using Bytes = std::vector<std::uint8_t>;

struct Recording {
  Bytes trace;
  std::optional<Bytes> journal;
};

// Fuzzed chunks rarely keep their length field right, and without it they go no further than the header.
Bytes compressed(std::span<const std::uint8_t> chunk) {
  Bytes plain(chunk.begin(), chunk.end());
  if (plain.size() >= 40) {
    const std::uint32_t body_bytes = static_cast<std::uint32_t>(plain.size() - 40);
    std::memcpy(plain.data() + 32, &body_bytes, sizeof body_bytes);
  }
  Bytes frame(ZSTD_compressBound(plain.size()));
  frame.resize(ZSTD_compress(frame.data(), frame.size(), plain.data(), plain.size(), 1));
  return frame;
}

Recording recording_of(std::span<const std::uint8_t> input) {
  Recording recording;
  const std::uint8_t mode = input[0];
  input = input.subspan(1);
  if ((mode & leak::test::kAsItIs) != 0) {
    const std::size_t part = input.empty() ? 0 : input[0];
    input = input.subspan(std::min<std::size_t>(input.size(), 1));
    const std::size_t journal_bytes = input.size() * part / 256;
    const std::size_t trace_bytes = input.size() - journal_bytes;
    recording.trace.assign(input.begin(), input.begin() + static_cast<std::ptrdiff_t>(trace_bytes));
    if (journal_bytes != 0)
      recording.journal.emplace(input.end() - static_cast<std::ptrdiff_t>(journal_bytes), input.end());
    return recording;
  }
  while (input.size() >= 2) {
    const std::size_t wanted = input[0] | static_cast<std::size_t>(input[1]) << 8;
    input = input.subspan(2);
    if (wanted == 0) break;
    const std::size_t length = std::min(wanted, input.size());
    const Bytes frame = compressed(input.first(length));
    recording.trace.insert(recording.trace.end(), frame.begin(), frame.end());
    input = input.subspan(length);
  }
  if ((mode & leak::test::kHasJournal) != 0) recording.journal.emplace(input.begin(), input.end());
  return recording;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const Recording recording = recording_of({data, size});
  leak::scan::ReplayOptions options;
  options.threads = 1;
  options.timeline_points = 20;
  options.find_parent = [&](const std::string&,
                            const std::string&) -> std::optional<leak::scan::TraceSource> {
    return leak::scan::trace_in_memory(recording.trace);
  };
  try {
    leak::scan::replay_trace(leak::scan::trace_in_memory(recording.trace, recording.journal), options);
    leak::scan::Diagnostics diagnostics;
    leak::scan::EventDump dump(leak::scan::trace_in_memory(recording.trace, recording.journal), diagnostics);
    leak::scan::DumpedEvent event;
    for (int i = 0; i != 1000 && dump.next(event); ++i) {
    }
  } catch (const leak::scan::CommandError&) {
    // A clear refusal is a right answer.
  }
  return 0;
}
