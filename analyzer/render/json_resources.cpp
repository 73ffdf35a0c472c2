// The JSON report's "resources".
#include "render/json_parts.h"

namespace leak::scan {

namespace {

void add_stack(const std::vector<FrameId>& stack, const std::optional<FrameId>& blamed, Json& json) {
  Json ids = Json::array();
  for (const FrameId id : stack) ids.push_back(id.value);
  json["stack"] = std::move(ids);
  if (blamed) json["blamed"] = blamed->value;
}

Json json_of_descriptor(const ReportDescriptor& open) {
  Json json = {{"fd", open.number}, {"what", open.what}, {"inherited", open.inherited}};
  if (open.listening) json["listening"] = true;
  if (open.function.empty()) return json;
  json["function"] = open.function;
  json["opened_ns"] = open.opened_ns;
  add_stack(open.stack, open.blamed, json);
  return json;
}

Json json_of_site(const ReportDescriptorSite& site) {
  Json json = {{"function", site.function}, {"opened", site.opened}, {"open", site.open}};
  json["open_over_time"] = site.open_over_time;
  add_stack(site.stack, site.blamed, json);
  return json;
}

Json json_of_thread(const ReportUnjoinedThread& thread) {
  Json json = {{"state", thread.state}, {"function", thread.function}, {"created_ns", thread.created_ns}};
  if (thread.tid != 0) json["tid"] = thread.tid;
  if (!thread.name.empty()) json["name"] = thread.name;
  add_stack(thread.stack, thread.blamed, json);
  return json;
}

}  // namespace

Json json_of(const ReportResources& resources) {
  Json json = Json::object();
  if (resources.has_descriptors) {
    json["fds"] = {{"opened", resources.opened},
                   {"closed", resources.closed},
                   {"most_open", resources.most_open},
                   {"open", resources.open_total},
                   {"verified", resources.verified},
                   {"unseen_opens", resources.unseen_opens},
                   {"unseen_closes", resources.unseen_closes}};
    Json open = Json::array();
    for (const ReportDescriptor& one : resources.open_fds) open.push_back(json_of_descriptor(one));
    json["open_fds"] = std::move(open);
    Json sites = Json::array();
    for (const ReportDescriptorSite& site : resources.fd_sites) sites.push_back(json_of_site(site));
    json["fd_sites"] = std::move(sites);
  }
  if (resources.has_threads) {
    json["threads"] = {{"created", resources.threads_created},
                       {"joined", resources.threads_joined},
                       {"detached", resources.threads_detached},
                       {"unjoined", resources.unjoined_total}};
    Json unjoined = Json::array();
    for (const ReportUnjoinedThread& thread : resources.unjoined_threads)
      unjoined.push_back(json_of_thread(thread));
    json["unjoined_threads"] = std::move(unjoined);
  }
  return json;
}

}  // namespace leak::scan
