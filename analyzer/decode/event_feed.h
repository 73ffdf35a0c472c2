// The event chunks of a trace, decoded by worker threads a little ahead of whoever takes them. What is
// decoded and not yet taken is limited, so memory does not depend on the length of the trace.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "decode/event_batch.h"
#include "decode/trace_reader.h"

namespace leak::scan {

struct FeedOptions {
  unsigned threads = 0;       // that decode; 0: decode inside next()
  bool whole_events = false;  // fill Section::events
};

class EventFeed {
 public:
  EventFeed(const TraceReader& reader, FeedOptions options);
  EventFeed(const EventFeed&) = delete;
  EventFeed& operator=(const EventFeed&) = delete;
  ~EventFeed();

  bool done() const;
  std::uint64_t next_time() const;       // Requires: !done(). First time of the next chunk, in quanta
  std::unique_ptr<DecodedChunk> next();  // Requires: !done(). Chunks in the order of reader.event_chunks()

 private:
  class Pool;
  class Worker;
  const TraceReader& reader_;
  std::size_t position_ = 0;
  std::unique_ptr<Worker> inline_worker_;
  std::unique_ptr<Pool> pool_;
};

}  // namespace leak::scan
