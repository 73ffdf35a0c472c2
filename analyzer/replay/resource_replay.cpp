#include "replay/resource_replay.h"

#include <algorithm>
#include <string>

namespace leak::scan {

namespace {

using trace::Op;

bool tracks(const TraceReader& reader, const std::string& what) {
  if (!reader.meta().process) return false;
  const std::string& settings = reader.meta().process->settings;
  const std::string name = "LEAKHOOK_TRACK=";
  const std::size_t at = settings.find(name);
  if (at == std::string::npos) return false;
  return settings.substr(at, settings.find('\n', at) - at).find(what) != std::string::npos;
}

}  // namespace

ResourceReplay::ResourceReplay(const TraceReader& reader, const TraceClock& clock)
    : reader_(reader), clock_(clock) {
  const TraceMeta& meta = reader.meta();
  history_.has_descriptors = meta.descriptors_at_start.has_value() || tracks(reader, "fds");
  history_.has_threads = meta.live_threads.has_value() || tracks(reader, "threads");
  if (!meta.descriptors_at_start) return;
  for (const DescriptorMeta& inherited : *meta.descriptors_at_start) {
    OpenDescriptor& entry = table_[inherited.number];
    entry.number = inherited.number;
    entry.is_inherited = true;
  }
  history_.most_open = table_.size();
}

void ResourceReplay::see(const DecodedChunk& chunk, const std::vector<StackId>& stacks,
                         std::uint64_t settled_time) {
  for (const Section& section : chunk.sections) {
    for (const WideEvent& wide : section.resources)
      pending_.push({wide.event, stacks[wide.stack], arrivals_++});
  }
  const std::uint32_t shift = reader_.time_quantum_shift();
  while (!pending_.empty() && pending_.top().event.ticks >> shift < settled_time) {
    apply(pending_.top());
    pending_.pop();
  }
}

void ResourceReplay::apply(const Pending& pending) {
  const std::uint64_t begin = reader_.start_ticks();
  const std::uint64_t length = std::max<std::uint64_t>(reader_.last_ticks() - begin, 1);
  const std::uint64_t passed = std::min(std::max(pending.event.ticks, begin) - begin, length);
  const double share = static_cast<double>(passed) / static_cast<double>(length);
  const std::size_t part = static_cast<std::size_t>(share * static_cast<double>(ResourceHistory::kTimeParts));
  part_ = std::max(part_, std::min(part, ResourceHistory::kTimeParts - 1));
  const std::uint32_t number = static_cast<std::uint32_t>(pending.event.address);
  switch (pending.event.op) {
    case Op::kFdOpen:
      open(pending);
      break;
    case Op::kFdClose:
      close(number, number);
      break;
    case Op::kFdCloseRange:
      close(number, static_cast<std::uint32_t>(pending.event.extra));
      break;
    case Op::kFdWrap:
      if (const auto entry = table_.find(number); entry != table_.end()) entry->second.is_wrapped = true;
      break;
    case Op::kThreadCreate:
      create_thread(pending);
      break;
    default:
      end_thread(pending.event);
      break;
  }
}

void ResourceReplay::open(const Pending& pending) {
  history_.has_descriptors = true;
  const std::uint32_t number = static_cast<std::uint32_t>(pending.event.address);
  if (const auto replaced = table_.find(number); replaced != table_.end()) {
    // dup2 closes what was there; anybody else was given a number that somebody closed unseen.
    if (trace::resource_call(pending.event.size) == trace::ResourceCall::kDup2) {
      ++history_.descriptors_closed;
    } else {
      ++history_.unseen_closes;
    }
    forget(replaced);
  }
  ++history_.descriptors_opened;
  OpenDescriptor& entry = table_[number];
  entry = {};
  entry.number = number;
  entry.site = site_of(pending);
  entry.copied_from = trace::fd_copied_from(pending.event.extra);
  entry.opened_ns = clock_.ns_at(pending.event.ticks);
  DescriptorSite& site = history_.descriptor_sites[*entry.site];
  ++site.opened;
  ++site.open;
  note_open(site);
  history_.most_open = std::max<std::uint64_t>(history_.most_open, table_.size());
}

void ResourceReplay::close(std::uint32_t first, std::uint32_t last) {
  for (auto entry = table_.lower_bound(first); entry != table_.end() && entry->first <= last;) {
    ++history_.descriptors_closed;
    forget(entry++);
  }
}

void ResourceReplay::forget(std::map<std::uint32_t, OpenDescriptor>::iterator entry) {
  if (entry->second.site) {
    DescriptorSite& site = history_.descriptor_sites[*entry->second.site];
    --site.open;
    note_open(site);
  }
  table_.erase(entry);
}

std::uint32_t ResourceReplay::site_of(const Pending& pending) {
  const trace::ResourceCall call = trace::resource_call(pending.event.size);
  const auto [found, is_new] = sites_.emplace(std::pair(pending.stack, call),
                                              static_cast<std::uint32_t>(history_.descriptor_sites.size()));
  if (is_new) {
    DescriptorSite& site = history_.descriptor_sites.emplace_back();
    site.stack = pending.stack;
    site.call = call;
  }
  return found->second;
}

void ResourceReplay::note_open(DescriptorSite& site) { site.open_over_time.set(part_, site.open); }

void ResourceReplay::create_thread(const Pending& pending) {
  history_.has_threads = true;
  ++history_.threads_created;
  const trace::Event& event = pending.event;
  if ((event.extra & trace::kThreadIsDetached) != 0) {
    ++history_.threads_detached;
    return;
  }
  if (const auto early = early_ends_.find(event.address); early != early_ends_.end()) {
    const bool is_of_this_one = early->second >= event.begin_ticks;
    early_ends_.erase(early);
    if (is_of_this_one) return;
  }
  threads_[event.address].push_back(
      {event.address, pending.stack, trace::resource_call(event.size), event.ticks});
}

void ResourceReplay::end_thread(const trace::Event& event) {
  ++(event.op == Op::kThreadJoin ? history_.threads_joined : history_.threads_detached);
  const auto found = threads_.find(event.address);
  if (found == threads_.end()) {
    early_ends_[event.address] = event.ticks;
    return;
  }
  found->second.pop_front();
  if (found->second.empty()) threads_.erase(found);
}

void ResourceReplay::compare_with_kernel(const std::vector<DescriptorMeta>& census) {
  history_.is_verified = true;
  std::map<std::uint32_t, const DescriptorMeta*> really_open;
  for (const DescriptorMeta& one : census) really_open.emplace(one.number, &one);
  for (auto entry = table_.begin(); entry != table_.end();) {
    if (really_open.contains(entry->first)) {
      ++entry;
    } else {
      ++history_.unseen_closes;
      forget(entry++);
    }
  }
  for (const auto& [number, one] : really_open) {
    const auto [entry, is_new] = table_.try_emplace(number);
    if (is_new) ++history_.unseen_opens;
    entry->second.number = number;
    entry->second.what = one->what;
    entry->second.is_listening = one->is_listening;
  }
}

void ResourceReplay::list_threads() {
  std::map<std::uint64_t, std::uint32_t> alive;
  std::vector<std::uint32_t> not_begun;
  const auto& census = reader_.meta().live_threads;
  if (census) {
    for (const trace::LiveThreadRecord& thread : *census) {
      if (thread.handle != 0) {
        alive.emplace(thread.handle, thread.tid);
      } else {
        not_begun.push_back(thread.tid);
      }
    }
  }
  for (const auto& [handle, created] : threads_) {
    for (const Thread& thread : created) {
      UnjoinedThread& unjoined = history_.unjoined_threads.emplace_back();
      unjoined.handle = handle;
      unjoined.stack = thread.stack;
      unjoined.call = thread.call;
      unjoined.created_ns = clock_.ns_at(thread.ticks);
      if (!census) continue;
      const auto found = alive.find(handle);
      unjoined.is_alive = found != alive.end();
      if (found != alive.end()) unjoined.tid = found->second;
    }
  }
  std::stable_sort(
      history_.unjoined_threads.begin(), history_.unjoined_threads.end(),
      [](const UnjoinedThread& a, const UnjoinedThread& b) { return a.created_ns < b.created_ns; });
  // Those that have not begun have no handle yet; they can only be the youngest.
  std::sort(not_begun.begin(), not_begun.end());
  for (auto thread = history_.unjoined_threads.rbegin(); thread != history_.unjoined_threads.rend();
       ++thread) {
    if (not_begun.empty()) break;
    if (*thread->is_alive) continue;
    thread->is_alive = true;
    thread->tid = not_begun.back();
    not_begun.pop_back();
  }
}

ResourceHistory ResourceReplay::finish() && {
  for (; !pending_.empty(); pending_.pop()) apply(pending_.top());
  part_ = ResourceHistory::kTimeParts - 1;
  if (reader_.meta().descriptors_at_end) compare_with_kernel(*reader_.meta().descriptors_at_end);
  for (DescriptorSite& site : history_.descriptor_sites)
    site.open_over_time.extend(ResourceHistory::kTimeParts);
  for (auto& [number, entry] : table_) history_.open_descriptors.push_back(std::move(entry));
  list_threads();
  return std::move(history_);
}

}  // namespace leak::scan
