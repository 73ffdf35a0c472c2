#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "render/ci_formats.h"

namespace leak::scan {

using Json = nlohmann::ordered_json;

namespace {

struct LeakKind {
  const char* name;
  const char* description;
};
constexpr auto kKinds = std::to_array<LeakKind>({
    {"leak", "Memory that nothing points to any more, or that piles up until the end"},
    {"cycle", "Objects that keep each other alive"},
    {"growth", "Memory that is held and grows until the end"},
    {"mapping", "Mapped memory that is never unmapped"},
    {"spike", "A sudden peak of memory"},
    {"fd", "A descriptor that is never closed"},
    {"thread", "A thread that is neither joined nor detached"},
    {"mismatch", "Memory freed by another family of functions than it came from"},
    {"other", "Another finding about resources"},
});

std::size_t kind_index(const std::string& kind) {
  const auto* found =
      std::find_if(kKinds.begin(), kKinds.end(), [&kind](const LeakKind& one) { return kind == one.name; });
  return std::min(static_cast<std::size_t>(found - kKinds.begin()), kKinds.size() - 1);
}

Json rules() {
  Json list = Json::array();
  for (const LeakKind& kind : kKinds) {
    list.push_back({{"id", std::string("leakscan/") + kind.name},
                    {"shortDescription", {{"text", kind.description}}},
                    {"defaultConfiguration", {{"level", "error"}}}});
  }
  return list;
}

// RFC 3986: what is neither unreserved nor a slash is escaped.
std::string uri_of(const std::string& path) {
  static constexpr std::string_view kUnreserved =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/+@";
  static constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string uri = path.starts_with('/') ? "file://" : "";
  for (const char c : path) {
    if (kUnreserved.find(c) != std::string_view::npos) {
      uri += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    uri += '%';
    uri += kDigits[byte >> 4];
    uri += kDigits[byte & 15];
  }
  return uri;
}

Json location_of(const GateLeak& leak) {
  Json location = Json::object();
  if (!leak.file.empty()) {
    Json artifact = {{"uri", uri_of(leak.file)}};
    if (!leak.file.starts_with('/')) artifact["uriBaseId"] = "%SRCROOT%";
    location["physicalLocation"] = {{"artifactLocation", std::move(artifact)},
                                    {"region", {{"startLine", std::max(leak.line, 1U)}}}};
  }
  if (!leak.function.empty()) {
    location["logicalLocations"] =
        Json::array({{{"fullyQualifiedName", leak.function}, {"kind", "function"}}});
  }
  return location;
}

Json stack_of(const GateLeak& leak) {
  Json frames = Json::array();
  for (const std::string& frame : leak.stack) {
    frames.push_back({{"location", {{"message", {{"text", frame}}}}}});
  }
  return {{"message", {{"text", "Allocated by"}}}, {"frames", std::move(frames)}};
}

Json result_of(const GateLeak& leak, const GateReport& report) {
  const std::size_t kind = kind_index(leak.kind);
  const bool counts = leak.state == LeakState::kOpen || leak.state == LeakState::kGrown;
  const std::string text = leak.title + (leak.advice.empty() ? "" : ". " + leak.advice);
  Json result = {{"ruleId", std::string("leakscan/") + kKinds[kind].name},
                 {"ruleIndex", kind},
                 {"level", counts ? "error" : "note"},
                 {"message", {{"text", text}}},
                 {"partialFingerprints", {{"leakscanStack/v1", leak.fingerprint}}}};
  Json location = location_of(leak);
  if (!location.empty()) result["locations"] = Json::array({std::move(location)});
  if (!leak.stack.empty()) result["stacks"] = Json::array({stack_of(leak)});
  if (report.has_baseline)
    result["baselineState"] = leak.state == LeakState::kOpen    ? "new"
                              : leak.state == LeakState::kGrown ? "updated"
                                                                : "unchanged";
  if (leak.state == LeakState::kSuppressed) {
    result["suppressions"] = Json::array({{{"kind", "external"}, {"justification", leak.suppressed_by}}});
  }
  const GateProcess& process = report.processes[leak.process];
  result["properties"] = {
      {"blocks", leak.blocks}, {"bytes", leak.bytes}, {"process", process.name}, {"pid", process.pid}};
  return result;
}

}  // namespace

void render_sarif(const GateReport& report, std::ostream& out) {
  Json results = Json::array();
  for (const GateLeak& leak : report.leaks) results.push_back(result_of(leak, report));
  const Json driver = {{"name", "leakscan"}, {"semanticVersion", report.tool_version}, {"rules", rules()}};
  const Json run = {{"tool", {{"driver", driver}}},
                    {"columnKind", "unicodeCodePoints"},
                    {"invocations", Json::array({{{"executionSuccessful", true}}})},
                    {"results", std::move(results)}};
  const Json log = {{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
                    {"version", "2.1.0"},
                    {"runs", Json::array({run})}};
  out << log.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
}

void render_gitlab(const GateReport& report, std::ostream& out) {
  Json issues = Json::array();
  for (const GateLeak& leak : report.leaks) {
    if (leak.state == LeakState::kKnown || leak.state == LeakState::kSuppressed) continue;
    const std::string& path = leak.file.empty() ? leak.module : leak.file;
    const GateProcess& process = report.processes[leak.process];
    // One place that leaks in several processes is one issue for each: GitLab drops equal fingerprints.
    issues.push_back(
        {{"description", leak.title},
         {"check_name", std::string("leakscan/") + kKinds[kind_index(leak.kind)].name},
         {"fingerprint", leak.fingerprint + "-" + leak.kind + "-" + process.name},
         {"severity", report.failed ? "major" : "minor"},
         {"location",
          {{"path", path.empty() ? process.name : path}, {"lines", {{"begin", std::max(leak.line, 1U)}}}}}});
  }
  out << issues.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
}

}  // namespace leak::scan
