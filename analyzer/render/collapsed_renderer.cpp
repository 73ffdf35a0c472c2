#include "render/collapsed_renderer.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "base/text.h"

namespace leak::scan {

namespace {

std::uint64_t value_of(const ReportSite& site, Cost cost) {
  switch (cost) {
    case Cost::kLive:
      return site.live_bytes;
    case Cost::kPeak:
      return site.peak_bytes;
    case Cost::kAllocations:
      return site.allocations;
    case Cost::kAllocated:
      return site.allocated_bytes;
    case Cost::kTemporary:
      break;
  }
  return site.temporary_allocations;
}

// Neither ';' nor control characters may stand in a name: they are the format's own punctuation.
std::string escaped(std::string name) {
  std::replace(name.begin(), name.end(), ';', ':');
  std::replace_if(
      name.begin(), name.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, '?');
  return name;
}

std::string stack_line(const ReportSite& site, const std::vector<ReportFrame>& frames, std::string line) {
  for (auto id = site.stack.rbegin(); id != site.stack.rend(); ++id) {
    if (!line.empty()) line += ';';
    line += escaped(frames[id->index()].function);
  }
  return line.empty() ? "[no stack]" : line;
}

// With several processes each has a root frame of its own.
std::string root_of(const ReportModel& model, const ReportProcess& process) {
  if (model.processes.size() < 2) return {};
  return escaped(std::string(base_name(process.exe))) + " " + std::to_string(process.pid);
}

}  // namespace

std::optional<Cost> cost_named(std::string_view name) {
  static constexpr std::array<std::pair<std::string_view, Cost>, 5> kNames = {
      {{"live", Cost::kLive},
       {"peak", Cost::kPeak},
       {"allocations", Cost::kAllocations},
       {"allocated", Cost::kAllocated},
       {"temporary", Cost::kTemporary}}};
  for (const auto& [known, cost] : kNames) {
    if (known == name) return cost;
  }
  return std::nullopt;
}

void CollapsedRenderer::render(const ReportModel& model, std::ostream& out) const {
  std::map<std::string, std::uint64_t> lines;
  for (const ReportProcess& process : model.processes) {
    const std::string root = root_of(model, process);
    for (const ReportSite& site : process.sites) {
      const std::uint64_t value = value_of(site, cost_);
      if (value != 0) lines[stack_line(site, model.frames, root)] += value;
    }
  }
  for (const auto& [stack, value] : lines) out << stack << ' ' << value << '\n';
}

}  // namespace leak::scan
