#include "replay/thread_streams.h"

#include <algorithm>
#include <utility>

namespace leak::scan {

void ThreadStream::add(WorkerSection section) {
  allocated_parts_ += section.section.allocated_parts;
  allocated_bytes_ += section.section.allocated_bytes;
  if (section.section.steps.empty()) return;
  const std::uint64_t chunk_id = section.section.chunk_id;
  const bool untouched = next_ == current_.section.steps.data();
  if (!empty() && untouched && chunk_id < current_.section.chunk_id) {
    // Older than what was about to start.
    waiting_.push_front(std::move(current_));
    next_ = end_ = nullptr;
  }
  const auto place =
      std::upper_bound(waiting_.begin(), waiting_.end(), chunk_id,
                       [](std::uint64_t id, const WorkerSection& s) { return id < s.section.chunk_id; });
  waiting_.insert(place, std::move(section));
  if (empty()) open_next();
}

void ThreadStream::open_next() {
  // What the finished section left open; mapping-only sections leave it as it was.
  if (current_.section.first_heap_step != Section::kNoStep)
    open_allocation_ = current_.section.open_allocation;
  current_ = WorkerSection{};
  next_ = end_ = nullptr;
  if (waiting_.empty()) return;
  current_ = std::move(waiting_.front());
  waiting_.pop_front();
  Section& section = current_.section;
  if (open_allocation_ != 0 && section.first_heap_step != Section::kNoStep) {
    Step& step = section.steps[section.first_heap_step];
    if (step.kind() == StepKind::kFree && step.address() == open_allocation_) step.size = kFreesPreviousStep;
  }
  next_ = section.steps.data();
  end_ = next_ + section.steps.size();
}

void ThreadStreams::add(std::uint32_t worker, std::vector<Section>& sections) {
  for (Section& section : sections) {
    const auto [found, is_new] =
        stream_of_tid_.emplace(section.tid, static_cast<std::uint32_t>(streams_.size()));
    if (is_new) streams_.emplace_back(section.tid);
    streams_[found->second].add({worker, std::move(section)});
  }
  rebuild();
}

void ThreadStreams::rebuild() {
  heads_.clear();
  for (std::uint32_t i = 0; i != streams_.size(); ++i) {
    if (!streams_[i].empty()) heads_.push_back({streams_[i].time(), i});
  }
  std::make_heap(heads_.begin(), heads_.end());
}

std::uint64_t ThreadStreams::second_time() const {
  std::uint64_t time = ~std::uint64_t{0};
  for (std::size_t child = 1; child < heads_.size() && child != 3; ++child)
    time = std::min(time, heads_[child].time);
  return time;
}

void ThreadStreams::first_moved() {
  Head moved = heads_.front();
  const ThreadStream& stream = streams_[moved.stream];
  if (stream.empty()) {
    std::pop_heap(heads_.begin(), heads_.end());
    heads_.pop_back();
    return;
  }
  moved.time = stream.time();
  // Sift down by hand: one pass instead of the two of pop_heap and push_heap.
  std::size_t i = 0;
  while (true) {
    std::size_t child = 2 * i + 1;
    if (child >= heads_.size()) break;
    if (child + 1 < heads_.size() && heads_[child] < heads_[child + 1]) ++child;
    if (!(moved < heads_[child])) break;
    heads_[i] = heads_[child];
    i = child;
  }
  heads_[i] = moved;
}

void ThreadStreams::take_all_at(std::uint64_t time, std::vector<ThreadStream*>& taken) {
  while (!heads_.empty() && heads_.front().time == time) {
    taken.push_back(&streams_[heads_.front().stream]);
    std::pop_heap(heads_.begin(), heads_.end());
    heads_.pop_back();
  }
}

void ThreadStreams::give_back(const std::vector<ThreadStream*>& taken) {
  for (const ThreadStream* stream : taken) {
    if (stream->empty()) continue;
    heads_.push_back({stream->time(), stream_of_tid_.find(stream->tid())->second});
    std::push_heap(heads_.begin(), heads_.end());
  }
}

}  // namespace leak::scan
