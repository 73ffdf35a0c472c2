#include "decode/event_feed.h"

#include <condition_variable>
#include <exception>
#include <map>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "decode/event_decoder.h"
#include "decode/zstd_frame.h"

namespace leak::scan {

// Decodes one chunk at a time; owned by one thread.
class EventFeed::Worker {
 public:
  Worker(const TraceReader& reader, std::uint32_t number, bool whole_events)
      : reader_(reader),
        number_(number),
        decoder_(SamplePeriods(reader.meta().sampling, reader.time_quantum_shift()),
                 reader.time_quantum_shift(), whole_events) {}

  std::unique_ptr<DecodedChunk> decode(const EventChunkRef& ref) {
    auto chunk = std::make_unique<DecodedChunk>();
    chunk->worker = number_;
    chunk->file_offset = ref.frame.offset;
    const std::size_t known = decoder_.stacks().nodes().size();
    chunk->first_new_node = static_cast<std::uint32_t>(known);
    if (ref.journal_slot) {
      chunk->from_journal = true;
      const JournalSlot& slot = reader_.journal()->slots[*ref.journal_slot];
      decoder_.decode_raw(slot.chunk_id, slot.tid, slot.words, *chunk);
    } else {
      decode_frame(ref.frame, *chunk);
    }
    const std::vector<StackNode>& nodes = decoder_.stacks().nodes();
    chunk->new_nodes.assign(nodes.begin() + static_cast<std::ptrdiff_t>(known), nodes.end());
    return chunk;
  }

 private:
  void decode_frame(const FrameRef& frame, DecodedChunk& chunk) {
    chunk.torn = true;
    const std::span<std::uint8_t> compressed = compressed_.resize(frame.frame_bytes);
    if (reader_.trace().read_at(frame.offset, compressed) != compressed.size()) return;
    if (!frames_.decode(compressed, bytes_)) return;
    const std::span<const std::uint8_t> bytes = bytes_.bytes();
    const std::optional<trace::ChunkHeader> header = parse_chunk_header(bytes, bytes.size());
    if (!header || header->kind != trace::ChunkKind::kEvents) return;
    if (header->version >> 8 > trace::kFormatMajor) {
      chunk.newer_version = true;
      return;
    }
    chunk.torn = false;
    decoder_.decode_columns(bytes.subspan(sizeof(trace::ChunkHeader)), chunk);
  }

  const TraceReader& reader_;
  std::uint32_t number_;
  EventDecoder decoder_;
  FrameDecoder frames_;
  FrameBuffer compressed_;
  FrameBuffer bytes_;
};

// Worker threads take chunks in order and put results into `ready_`; a chunk may start only when it is at
// most `kAhead` per thread before the reader, and when what is unread is not too big. A reader that would have
// to wait decodes too, so that no processor rests, however the work is divided between decode and replay.
class EventFeed::Pool {
 public:
  Pool(const TraceReader& reader, FeedOptions options)
      : reader_(reader),
        ahead_(kAhead * (options.threads + 1)),
        reader_worker_(reader, options.threads, options.whole_events) {
    for (std::uint32_t i = 0; i != options.threads; ++i) {
      threads_.emplace_back([this, i, options] { run(Worker(reader_, i, options.whole_events)); });
    }
  }
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  ~Pool() {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      stopping_ = true;
    }
    may_start_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }

  std::unique_ptr<DecodedChunk> take(std::size_t position) {
    std::unique_lock<std::mutex> lock(mutex_);
    while (failure_ == nullptr && !ready_.contains(position)) {
      if (!finished_locked() && may_start_locked()) {
        decode_next(lock, reader_worker_);
      } else {
        is_ready_.wait(lock);
      }
    }
    if (failure_ != nullptr) std::rethrow_exception(failure_);
    const auto found = ready_.find(position);
    std::unique_ptr<DecodedChunk> chunk = std::move(found->second);
    ready_.erase(found);
    taken_ = position + 1;
    unread_bytes_ -= cost(position);
    lock.unlock();
    may_start_.notify_all();
    return chunk;
  }

 private:
  static constexpr std::size_t kAhead = 3;
  static constexpr std::uint64_t kMaxUnreadBytes = std::uint64_t{256} << 20;

  void run(Worker worker) {
    std::unique_lock<std::mutex> lock(mutex_);
    while (true) {
      may_start_.wait(lock, [&] { return stopping_ || finished_locked() || may_start_locked(); });
      if (stopping_ || finished_locked()) return;
      decode_next(lock, worker);
      is_ready_.notify_one();
    }
  }

  // Requires: a chunk may start. `lock` is given up meanwhile.
  void decode_next(std::unique_lock<std::mutex>& lock, Worker& worker) {
    const std::size_t position = started_++;
    unread_bytes_ += cost(position);
    lock.unlock();
    std::unique_ptr<DecodedChunk> chunk;
    std::exception_ptr failure;
    try {
      chunk = worker.decode(reader_.event_chunks()[position]);
    } catch (...) {  // out of memory: the reader's thread must hear of it
      failure = std::current_exception();
    }
    lock.lock();
    if (failure != nullptr) failure_ = failure;
    ready_.emplace(position, std::move(chunk));
  }

  bool finished_locked() const { return started_ == reader_.event_chunks().size(); }

  bool may_start_locked() const {
    if (started_ >= taken_ + ahead_) return false;
    return unread_bytes_ == 0 || unread_bytes_ + cost(started_) <= kMaxUnreadBytes;
  }

  // Bytes of steps that the chunk says it will have. A lie costs no more than a full chunk of them.
  std::uint64_t cost(std::size_t position) const {
    return std::uint64_t{reader_.event_chunks()[position].frame.item_count} * sizeof(Step) + 1;
  }

  const TraceReader& reader_;
  const std::size_t ahead_;
  std::mutex mutex_;
  std::condition_variable may_start_;
  std::condition_variable is_ready_;
  std::map<std::size_t, std::unique_ptr<DecodedChunk>> ready_;
  std::size_t started_ = 0;
  std::size_t taken_ = 0;
  std::uint64_t unread_bytes_ = 0;
  bool stopping_ = false;
  std::exception_ptr failure_;
  Worker reader_worker_;
  std::vector<std::thread> threads_;  // last: they use all of the above
};

EventFeed::EventFeed(const TraceReader& reader, FeedOptions options) : reader_(reader) {
  if (options.threads == 0 || reader.event_chunks().size() < 2) {
    inline_worker_ = std::make_unique<Worker>(reader, 0, options.whole_events);
  } else {
    pool_ = std::make_unique<Pool>(reader, options);
  }
}

EventFeed::~EventFeed() = default;

bool EventFeed::done() const { return position_ == reader_.event_chunks().size(); }

std::uint64_t EventFeed::next_time() const {
  return reader_.event_chunks()[position_].frame.first_ticks >> reader_.time_quantum_shift();
}

std::unique_ptr<DecodedChunk> EventFeed::next() {
  const std::size_t position = position_++;
  return pool_ != nullptr ? pool_->take(position) : inline_worker_->decode(reader_.event_chunks()[position]);
}

}  // namespace leak::scan
