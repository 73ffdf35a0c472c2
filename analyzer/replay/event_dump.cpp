#include "replay/event_dump.h"

#include <algorithm>
#include <utility>

#include "base/command_error.h"
#include "base/damage.h"

namespace leak::scan {

EventDump::EventDump(TraceSource source, Diagnostics& diagnostics)
    : diagnostics_(diagnostics),
      reader_(TraceReader::open(std::move(source), diagnostics)),
      clock_(reader_),
      feed_(reader_, {0, true}) {
  pcs_.add(reader_.meta(), clock_);
}

bool EventDump::next(DumpedEvent& out) {
  Thread* thread = earliest();
  // A chunk that begins no later may hold something earlier, or of the same thread.
  while (!feed_.done() &&
         (thread == nullptr || feed_.next_time() <= time_of(*thread) >> reader_.time_quantum_shift())) {
    open_chunk();
    thread = earliest();
  }
  if (thread == nullptr) return false;
  const Section& section = thread->sections.begin()->second;
  const WideEvent& wide = section.events[thread->position];
  out.tid = ThreadId(section.tid);
  out.op = wide.event.op;
  out.time_ns = clock_.ns_at(wide.event.ticks);
  out.begin_ns = clock_.ns_at(wide.event.begin_ticks);
  out.address = wide.event.address;
  out.size = wide.event.size;
  out.old_address = wide.event.old_address;
  out.extra = wide.event.extra;
  out.stack.clear();
  if (wide.event.has_stack) {
    for (std::uint32_t id = wide.stack; id != 0; id = nodes_[id].caller)
      out.stack.push_back(pcs_.pc_of(nodes_[id].pc_id));
  }
  if (++thread->position == section.events.size()) {
    thread->position = 0;
    thread->sections.erase(thread->sections.begin());
  }
  return true;
}

void EventDump::open_chunk() {
  const std::unique_ptr<DecodedChunk> chunk = feed_.next();
  if (chunk->newer_version)
    throw CommandError("the trace has parts of a newer format version; use a newer leakscan");
  if (chunk->torn) note_damage(diagnostics_, chunk->file_offset);
  nodes_.insert(nodes_.end(), chunk->new_nodes.begin(), chunk->new_nodes.end());
  for (Section& section : chunk->sections) {
    if (section.events.empty()) continue;
    Thread& thread = threads_[section.tid];
    std::uint64_t key = section.chunk_id;
    // A thread in the middle of a section finishes it, even when an older one turns up late.
    if (thread.position != 0) key = std::max(key, thread.sections.begin()->first + 1);
    while (thread.sections.contains(key)) ++key;  // the same id twice: damaged, but nothing is thrown away
    thread.sections.emplace(key, std::move(section));
  }
}

EventDump::Thread* EventDump::earliest() {
  Thread* found = nullptr;
  for (auto& [tid, thread] : threads_) {
    if (thread.sections.empty()) continue;
    if (found == nullptr || time_of(thread) < time_of(*found)) found = &thread;
  }
  return found;
}

}  // namespace leak::scan
