#include "report/lost_findings.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "base/units.h"
#include "report/findings.h"
#include "report/verdict.h"

namespace leak::scan {

namespace {

constexpr std::size_t kMostTypes = 3;

std::string amount(const ReportCount& count) { return format_heap(count.bytes, count.blocks); }

void add(ReportCount& to, const ReportCount& more) {
  to.blocks += more.blocks;
  to.bytes += more.bytes;
}

// The lost blocks of one place in the source.
struct LostPlace {
  const ReportSite* largest = nullptr;
  ReportCount definite;  // without the leaders of cycles
  ReportCount held;      // they and what only they hold
  ReportCount at_exit;   // definite before static destructors ran
};

// Leaders of reference cycles by site: definitely lost, but told as cycles.
std::map<std::uint32_t, ReportCount> cycle_leaders(const ReportProcess& process) {
  std::map<std::uint32_t, ReportCount> leaders;
  for (const ReportCycle& cycle : process.cycles) {
    if (cycle.owned_by_lost || cycle.blocks.empty() || !cycle.blocks.front().site) continue;
    const ReportCycleBlock& leader = cycle.blocks.front();
    add(leaders[*leader.site], {cycle.instances, cycle.instances * leader.size});
  }
  return leaders;
}

std::map<std::string, LostPlace> lost_places(const ReportProcess& process,
                                             const std::vector<ReportFrame>& frames) {
  const std::map<std::uint32_t, ReportCount> leaders = cycle_leaders(process);
  std::map<std::string, LostPlace> places;
  for (const ReportSite& site : process.sites) {
    if (!site.lost) continue;
    ReportCount definite = site.lost->definitely_lost;
    const auto in_cycles = leaders.find(site.id);
    if (in_cycles != leaders.end()) {
      definite.blocks -= std::min(definite.blocks, in_cycles->second.blocks);
      definite.bytes -= std::min(definite.bytes, in_cycles->second.bytes);
    }
    if (definite.blocks == 0) continue;
    LostPlace& place = places[place_of(site, frames)];
    if (place.largest == nullptr ||
        site.lost->definitely_lost.bytes > place.largest->lost->definitely_lost.bytes) {
      place.largest = &site;
    }
    add(place.definite, definite);
    add(place.held, in_cycles == leaders.end() && site.retained_lost ? *site.retained_lost : definite);
    add(place.at_exit, (site.lost_at_exit ? *site.lost_at_exit : *site.lost).definitely_lost);
  }
  return places;
}

std::string when_text(const ReportTruth& truth) {
  const std::string& when = truth.last().when;
  if (when == "exit") return "when main returned or exit() was called";
  if (when == "after_destructors") return "at exit, after static destructors";
  if (when.starts_with("marker:")) return "at the snapshot '" + when.substr(7) + "'";
  return "at the snapshot (" + when + ")";
}

ReportFinding lost_finding(const LostPlace& place, const ReportProcess& process,
                           const std::vector<ReportFrame>& frames) {
  const ReportSite& site = *place.largest;
  ReportFinding finding;
  finding.kind = "leak";
  finding.bytes = place.held.bytes;
  finding.blocks = place.held.blocks;
  finding.site = site.id;
  finding.title = amount(place.definite) + " allocated in " + place_of(site, frames) +
                  (place.definite.blocks == 1 ? " is" : " are") + " definitely lost";
  const ReportCount more{place.held.blocks - place.definite.blocks, place.held.bytes - place.definite.bytes};
  if (more.blocks != 0) finding.title += ", with " + amount(more) + " that only they hold";
  finding.evidence = {{"nothing points to them", when_text(*process.truth)}};
  if (!site.types.empty()) finding.evidence.emplace_back("type", site.types.front().name);
  if (process.truth->last().stop == "none") {
    finding.evidence.emplace_back("seen once",
                                  "while the program ran on; a second snapshot would confirm it");
  }
  if (place.at_exit.blocks == 0) {
    finding.evidence.emplace_back("before static destructors", "still reachable");
    finding.advice =
        "A static object held these blocks and was destroyed without freeing them: let it own them "
        "(std::unique_ptr, a container of values).";
  }
  return finding;
}

std::string count_text(std::uint64_t count, const std::string& name) {
  return count == 1 ? name : std::to_string(count) + " " + name;
}

void find_cycles(ReportProcess& process) {
  for (const ReportCycle& cycle : process.cycles) {
    if (cycle.owned_by_lost) continue;
    ReportFinding finding;
    finding.kind = "cycle";
    finding.title = format_count(cycle.instances) +
                    (cycle.instances == 1 ? " reference cycle" : " reference cycles") + " of " +
                    types_text(cycle) + (cycle.instances == 1 ? " keeps " : " keep ") +
                    format_bytes(cycle.bytes) + " alive";
    finding.bytes = cycle.bytes;
    finding.blocks = cycle.instances * cycle.block_count;
    finding.cycle = cycle.id;
    if (!cycle.blocks.empty()) finding.site = cycle.blocks.front().site;
    finding.evidence = {{"blocks in one cycle", format_count(cycle.block_count)},
                        {"owners", cycle.proven ? "all that the use counts tell of are in the cycle"
                                                : "a use count tells of owners that were not found"}};
    finding.advice = cycle.advice;
    process.findings.push_back(std::move(finding));
  }
}

void find_lost_mappings(ReportProcess& process, const std::vector<ReportFrame>& frames) {
  for (const ReportMappingSite& site : process.mappings.sites) {
    if (!site.lost) continue;
    ReportFinding finding;
    finding.kind = "mapping";
    finding.bytes = site.lost->bytes;
    finding.blocks = site.lost->blocks;
    finding.title = format_count(site.lost->blocks) + (site.lost->blocks == 1 ? " mapping" : " mappings") +
                    " of " + format_bytes(site.lost->bytes) + " in all, made in " +
                    (site.blamed ? place_of(frames[site.blamed->index()]) : std::string("an unknown place")) +
                    ", are lost";
    finding.evidence = {{"nothing points to them", when_text(*process.truth)}};
    process.findings.push_back(std::move(finding));
  }
}

}  // namespace

std::string types_text(const ReportCycle& cycle) {
  std::map<std::string, std::uint64_t> counts;
  for (const ReportCycleBlock& block : cycle.blocks) {
    ++counts[block.type.empty() ? "block of " + format_bytes(block.size) : block.type];
  }
  std::vector<std::pair<std::string, std::uint64_t>> order(counts.begin(), counts.end());
  std::stable_sort(order.begin(), order.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  std::string text;
  for (std::size_t i = 0; i != std::min(order.size(), kMostTypes); ++i) {
    if (i != 0) text += ", ";
    text += count_text(order[i].second, order[i].first);
  }
  return order.size() > kMostTypes ? text + ", ..." : text;
}

void find_lost(ReportProcess& process, const std::vector<ReportFrame>& frames) {
  find_cycles(process);
  for (const auto& [name, place] : lost_places(process, frames)) {
    process.findings.push_back(lost_finding(place, process, frames));
  }
  find_lost_mappings(process, frames);
}

}  // namespace leak::scan
