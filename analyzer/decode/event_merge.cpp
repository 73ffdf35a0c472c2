#include "decode/event_merge.h"

#include <algorithm>
#include <memory>

#include "base/command_error.h"
#include "base/damage.h"

namespace leak::scan {

EventMerge::EventMerge(const TraceReader& reader, Diagnostics& diagnostics)
    // Decoded inside next(), by one worker, so there is one numbering of stacks.
    : feed_(reader, {0, true}), diagnostics_(diagnostics), shift_(reader.time_quantum_shift()), nodes_(1) {}

bool EventMerge::next(MergedEvent& event) {
  for (;;) {
    while (!feed_.done() && (turns_.empty() || feed_.next_time() <= turns_.top().first)) take_chunk();
    if (turns_.empty()) return false;
    const auto [time, index] = turns_.top();
    turns_.pop();
    ThreadQueue& thread = threads_[index];
    if (thread.sections.empty() || thread.time != time) continue;
    take_event(thread, event);
    queue_turn(index);
    return true;
  }
}

void EventMerge::take_event(ThreadQueue& thread, MergedEvent& event) {
  Section& section = thread.sections.front();
  const WideEvent& wide = section.events[thread.position];
  event = {thread.tid, wide.event.ticks, wide.event, wide.stack};
  thread.last_time = thread.time;
  if (++thread.position == section.events.size()) {
    thread.sections.pop_front();
    thread.position = 0;
  }
}

void EventMerge::take_chunk() {
  const std::unique_ptr<DecodedChunk> chunk = feed_.next();
  if (chunk->newer_version) {
    throw CommandError("the trace has parts of a newer format version; update leakscan");
  }
  if (chunk->torn) note_damage(diagnostics_, chunk->file_offset);
  nodes_.resize(std::max<std::size_t>(nodes_.size(), chunk->first_new_node));
  nodes_.insert(nodes_.end(), chunk->new_nodes.begin(), chunk->new_nodes.end());
  for (Section& section : chunk->sections) {
    if (!section.events.empty()) add_section(std::move(section));
  }
}

void EventMerge::add_section(Section section) {
  const auto [entry, is_new] = thread_of_tid_.try_emplace(section.tid, threads_.size());
  if (is_new) threads_.emplace_back().tid = section.tid;
  ThreadQueue& thread = threads_[entry->second];
  // A thread's older section may come in a later chunk, but then none of the newer one has been taken.
  const auto place = std::find_if(thread.sections.begin(), thread.sections.end(),
                                  [&](const Section& other) { return section.chunk_id < other.chunk_id; });
  const bool is_first = place == thread.sections.begin();
  thread.sections.insert(is_first && thread.position != 0 ? place + 1 : place, std::move(section));
  if (is_first) queue_turn(entry->second);
}

void EventMerge::queue_turn(std::size_t index) {
  ThreadQueue& thread = threads_[index];
  if (thread.sections.empty()) return;
  const std::uint64_t ticks = thread.sections.front().events[thread.position].event.ticks;
  thread.time = std::max(thread.last_time, ticks >> shift_);
  turns_.emplace(thread.time, index);
}

}  // namespace leak::scan
