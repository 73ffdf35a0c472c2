// The steps of each thread, in its order, and which thread comes next in time. Sections arrive chunk by
// chunk; a slow thread's section may arrive long before its turn, or before an older one of the same thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <unordered_map>
#include <vector>

#include "decode/event_batch.h"

namespace leak::scan {

struct WorkerSection {
  std::uint32_t worker = 0;  // whose stack ids the steps use
  Section section;
};

class ThreadStream {
 public:
  explicit ThreadStream(std::uint32_t tid) : tid_(tid) {}

  void add(WorkerSection section);

  bool empty() const { return next_ == end_; }
  std::uint64_t time() const { return next_->time; }  // Requires: !empty()

  // The steps of the current section that are still to be taken.
  const Step* begin() const { return next_; }
  const Step* end() const { return end_; }
  void skip_to(const Step* step) {
    next_ = step;
    if (next_ == end_) open_next();
  }

  // Whether the current section has all that the stream knows of up to `time`.
  bool shows_all_until(std::uint64_t time) const {
    return waiting_.empty() || (!empty() && (end_ - 1)->time > time);
  }

  const WorkerSection& current() const { return current_; }
  std::uint32_t tid() const { return tid_; }
  std::uint64_t allocated_parts() const { return allocated_parts_; }  // weighed (sample_weights.h)
  std::uint64_t allocated_bytes() const { return allocated_bytes_; }

 private:
  void open_next();

  std::uint32_t tid_;
  WorkerSection current_;
  const Step* next_ = nullptr;
  const Step* end_ = nullptr;
  std::deque<WorkerSection> waiting_;  // by chunk_id
  std::uint64_t open_allocation_ = 0;  // address, when the last heap step taken allocates
  std::uint64_t allocated_parts_ = 0;
  std::uint64_t allocated_bytes_ = 0;
};

class ThreadStreams {
 public:
  // Takes the sections of one chunk over.
  void add(std::uint32_t worker, std::vector<Section>& sections);

  bool empty() const { return heads_.empty(); }
  std::uint64_t first_time() const { return heads_.front().time; }  // Requires: !empty()
  std::uint64_t second_time() const;  // of another thread; ~0 when there is none
  ThreadStream& first() { return streams_[heads_.front().stream]; }

  // After steps of first() were taken.
  void first_moved();

  // Takes all streams whose head is at `time` out; give_back() returns them.
  void take_all_at(std::uint64_t time, std::vector<ThreadStream*>& taken);
  void give_back(const std::vector<ThreadStream*>& taken);

  const std::deque<ThreadStream>& streams() const { return streams_; }  // in the order of first sight

 private:
  struct Head {
    std::uint64_t time;
    std::uint32_t stream;
    // Reversed: the standard heap has its greatest element in front. Equal times: by stream, to be the same
    // each run.
    bool operator<(const Head& other) const {
      return time != other.time ? time > other.time : stream > other.stream;
    }
  };
  void rebuild();

  std::deque<ThreadStream> streams_;
  std::unordered_map<std::uint32_t, std::uint32_t> stream_of_tid_;
  std::vector<Head> heads_;  // heap of the streams that are not empty
};

}  // namespace leak::scan
