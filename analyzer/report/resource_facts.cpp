#include "report/resource_facts.h"

#include <algorithm>
#include <unordered_map>

namespace leak::scan {

namespace {

constexpr std::size_t kMostListed = 1000;

ReportDescriptor descriptor_of(const OpenDescriptor& from, const HeapHistory& history, FrameTable& frames) {
  ReportDescriptor to;
  to.number = from.number;
  to.what = from.what;
  to.inherited = from.is_inherited;
  to.listening = from.is_listening;
  to.opened_ns = from.opened_ns;
  if (!from.site) return to;
  const DescriptorSite& site = history.resources.descriptor_sites[*from.site];
  to.function = trace::name_of(site.call);
  to.stack = frames.stack(site.stack);
  to.blamed = frames.blamed(to.stack);
  return to;
}

void add_sites(const HeapHistory& history, FrameTable& frames, ReportResources& to) {
  std::vector<const DescriptorSite*> order;
  for (const DescriptorSite& site : history.resources.descriptor_sites) order.push_back(&site);
  std::stable_sort(order.begin(), order.end(), [](const DescriptorSite* a, const DescriptorSite* b) {
    return a->open != b->open ? a->open > b->open : a->opened > b->opened;
  });
  if (order.size() > kMostListed) order.resize(kMostListed);
  for (const DescriptorSite* from : order) {
    ReportDescriptorSite& site = to.fd_sites.emplace_back();
    site.function = trace::name_of(from->call);
    site.opened = from->opened;
    site.open = from->open;
    site.open_over_time = from->open_over_time.values();
    site.stack = frames.stack(from->stack);
    site.blamed = frames.blamed(site.stack);
  }
}

void add_threads(const HeapHistory& history, FrameTable& frames, ReportResources& to) {
  std::unordered_map<std::uint32_t, const std::string*> names;
  for (const Thread& thread : history.threads) names.emplace(thread.tid.value, &thread.name);
  for (const UnjoinedThread& from : history.resources.unjoined_threads) {
    if (to.unjoined_threads.size() == kMostListed) return;
    ReportUnjoinedThread& thread = to.unjoined_threads.emplace_back();
    thread.state = !from.is_alive ? "unknown" : *from.is_alive ? "alive" : "finished";
    thread.function = trace::name_of(from.call);
    thread.tid = from.tid;
    if (const auto name = names.find(from.tid); name != names.end()) thread.name = *name->second;
    thread.created_ns = from.created_ns;
    thread.stack = frames.stack(from.stack);
    thread.blamed = frames.blamed(thread.stack);
  }
}

}  // namespace

ReportResources resources_of(const HeapHistory& history, FrameTable& frames) {
  const ResourceHistory& from = history.resources;
  ReportResources to;
  to.has_descriptors = from.has_descriptors;
  to.has_threads = from.has_threads;
  to.verified = from.is_verified;
  to.opened = from.descriptors_opened;
  to.closed = from.descriptors_closed;
  to.most_open = from.most_open;
  to.open_total = from.open_descriptors.size();
  to.unseen_opens = from.unseen_opens;
  to.unseen_closes = from.unseen_closes;
  to.threads_created = from.threads_created;
  to.threads_joined = from.threads_joined;
  to.threads_detached = from.threads_detached;
  to.unjoined_total = from.unjoined_threads.size();
  for (const OpenDescriptor& open : from.open_descriptors) {
    if (to.open_fds.size() == kMostListed) break;
    to.open_fds.push_back(descriptor_of(open, history, frames));
  }
  add_sites(history, frames, to);
  add_threads(history, frames, to);
  return to;
}

}  // namespace leak::scan
