#include "report/growth_findings.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/units.h"
#include "report/findings.h"

namespace leak::scan {

namespace {

constexpr std::uint64_t kLeastBytes = 1024;  // less is not worth an alarm, however surely it grows

std::string percent(double share) { return std::to_string(static_cast<int>(share * 100 + .5)) + " %"; }

struct Suspect {
  std::vector<const ReportSite*> sites;  // the one with the most live bytes, or else the most ever, first
  std::vector<std::uint32_t> ids;
  std::uint64_t bytes = 0;
  std::uint64_t blocks = 0;
  std::uint64_t witnesses = 0;  // recorded blocks: of a sample, three are three, however many they stand for
  Growth growth;
  double share = 0;

  void add(const ReportSite& site) {
    sites.push_back(&site);
    ids.push_back(site.id);
    bytes += site.live_bytes;
    blocks += site.live_blocks;
    witnesses += site.sampled ? site.sampled->recorded_live_blocks : site.live_blocks;
  }

  void judge(const GrowthOf& growth_of) {
    SharedGrowth judged = growth_of(ids);
    growth = std::move(judged.growth);
    share = judged.share;
  }

  // What piled up.
  std::uint64_t piled_bytes() const { return growth.given_back ? growth.given_back->bytes : bytes; }

  // Blocks that the heap graph proves lost; those have findings of their own.
  std::uint64_t lost_blocks() const {
    std::uint64_t lost = 0;
    for (const ReportSite* site : sites) {
      if (site->lost) lost += site->lost->definitely_lost.blocks + site->lost->indirectly_lost.blocks;
    }
    return lost;
  }
};

// A trend that other blocks of the same place hide says less than what there is now and how long it took.
double bytes_per_s(const Suspect& suspect, const ReportProcess& process) {
  if (suspect.growth.trend.low_per_s > 0) return suspect.growth.trend.slope_per_s;
  return static_cast<double>(suspect.piled_bytes()) / (static_cast<double>(process.duration_ns) / 1e9);
}

ReportRate rate_of(const Suspect& suspect, const ReportProcess& process) {
  const Trend& trend = suspect.growth.trend;
  ReportRate rate{bytes_per_s(suspect, process), 0, 0, suspect.share};
  if (trend.low_per_s > 0) {
    rate.low_bytes_per_s = trend.low_per_s;
    rate.high_bytes_per_s = trend.high_per_s;
  }
  return rate;
}

void add_evidence(const Suspect& suspect, const ReportProcess& process, ReportFinding& finding) {
  const Growth& growth = suspect.growth;
  finding.growth = rate_of(suspect, process);
  std::string rate = format_bytes_per_second(bytes_per_s(suspect, process));
  if (growth.trend.low_per_s > 0) {
    rate += " (95 %: " + format_bytes_per_second(growth.trend.low_per_s) + " to " +
            format_bytes_per_second(growth.trend.high_per_s) + ")";
  }
  finding.evidence.emplace_back("growth", rate);
  if (suspect.share > 0) finding.evidence.emplace_back("share of all growth", percent(suspect.share));
  if (growth.buffer) {
    finding.evidence.emplace_back("buffer",
                                  "few blocks, at least half as large again from each quarter of the run");
  } else {
    finding.evidence.emplace_back("never freed",
                                  percent(growth.survival.share) + " of those old enough to tell");
    finding.evidence.emplace_back("spread", "made in " + std::to_string(growth.survival.windows) +
                                                " of the last 28 of 32 parts of the run");
    constexpr double kSlower = .6;
    if (growth.survival.late_over_mid < kSlower) {
      finding.evidence.emplace_back(
          "slowing", "at the end " + percent(growth.survival.late_over_mid) + " of the rate before");
    }
  }
}

ReportFinding leak_finding(const Suspect& suspect, const ReportProcess& process,
                           const std::vector<ReportFrame>& frames) {
  const ReportSite& largest = *suspect.sites.front();
  ReportFinding finding;
  finding.kind = "leak";
  const std::string place = place_of(largest, frames);
  finding.title = (suspect.growth.buffer ? "A buffer allocated in " + place + " grows: "
                                         : "Memory allocated in " + place + " piles up: ") +
                  format_bytes_per_second(bytes_per_s(suspect, process)) + ", still rising at the end";
  finding.bytes = suspect.bytes;
  finding.blocks = suspect.blocks;
  finding.site = largest.id;
  add_evidence(suspect, process, finding);
  finding.evidence.emplace_back("survivors",
                                format_blocks(suspect.blocks) + ", " + format_bytes(suspect.bytes));
  if (process.totals.live_bytes != 0) {
    finding.evidence.emplace_back(
        "share of live memory",
        percent(static_cast<double>(suspect.bytes) / static_cast<double>(process.totals.live_bytes)));
  }
  finding.evidence.emplace_back("observed for", format_duration(process.duration_ns));
  if (suspect.witnesses != suspect.blocks)
    finding.evidence.emplace_back("recorded survivors", format_count(suspect.witnesses));
  if (suspect.sites.size() > 1)
    finding.evidence.emplace_back("call paths", format_count(suspect.sites.size()));
  finding.advice =
      "Find out who owns these blocks and when they should be released. If this is a cache, give it a limit.";
  return finding;
}

// All that grows here is still held by something: no leak in the strict sense, but maybe a cache without a
// limit. Of a program that is over it is a note, unless it grew for long.
ReportFinding growth_finding(const Suspect& suspect, const ReportProcess& process,
                             const std::vector<ReportFrame>& frames) {
  ReportFinding finding = leak_finding(suspect, process, frames);
  finding.kind = "growth";
  const ReportSite& largest = *suspect.sites.front();
  if (!largest.retained_by.empty()) {
    finding.title += "; held by " + largest.retained_by.front().root;
    finding.evidence.emplace_back("held by", largest.retained_by.front().root);
  }
  if (process.duration_ns < kStrongDurationNs) finding.severity = Severity::kGood;
  return finding;
}

// It piled up all the same while the program worked, and a program that does not end has no such moment.
ReportFinding given_back_finding(const Suspect& suspect, const ReportProcess& process,
                                 const std::vector<ReportFrame>& frames) {
  const ReportSite& largest = *suspect.sites.front();
  const BlockTotals& all = *suspect.growth.given_back;
  ReportFinding finding;
  finding.kind = "growth";
  finding.severity = Severity::kGood;
  finding.title = (suspect.growth.buffer ? "A buffer allocated in " : "Memory allocated in ") +
                  place_of(largest, frames) + (suspect.growth.buffer ? " grows: " : " piles up: ") +
                  format_bytes_per_second(bytes_per_s(suspect, process)) +
                  ", and is given back only when the program ends";
  finding.bytes = all.bytes;
  finding.blocks = all.blocks;
  finding.site = largest.id;
  add_evidence(suspect, process, finding);
  finding.evidence.emplace_back(kGivenBack, format_blocks(all.blocks) + ", " + format_bytes(all.bytes));
  finding.evidence.emplace_back("observed for", format_duration(process.duration_ns));
  return finding;
}

// Adds the growth to the finding that says what of the place is lost.
void note_growth(ReportProcess& process, const Suspect& suspect) {
  for (ReportFinding& finding : process.findings) {
    const auto is_its_site = [&finding](std::uint32_t id) { return id == *finding.site; };
    if (finding.site && std::any_of(suspect.ids.begin(), suspect.ids.end(), is_its_site))
      add_evidence(suspect, process, finding);
  }
}

using Suspects = std::map<std::string, Suspect>;  // by place

bool is_told(const Suspects& suspects, const std::string& place) {
  const auto found = suspects.find(place);
  if (found == suspects.end()) return false;
  return found->second.growth.verdict == GrowthVerdict::kLeak || found->second.lost_blocks() != 0;
}

// What still has blocks, and what has none any more.
struct AllSuspects {
  Suspects live;
  Suspects gone;
};

bool leaks_by_itself(const ReportSite& site) {
  return site.growth && site.growth->verdict == name_of(GrowthVerdict::kLeak);
}

AllSuspects suspects_of(const ReportProcess& process, const std::vector<ReportFrame>& frames) {
  AllSuspects all;
  for (const ReportSite& site : process.sites) {
    if (site.live_blocks != 0) {
      all.live[place_of(site, frames)].add(site);
    } else if (leaks_by_itself(site)) {
      all.gone[place_of(site, frames)].add(site);
    }
  }
  return all;
}

// Some sites may pile up by themselves while the others only share the place with them, as where one function
// makes all strings of a program. Unless the others do together: then each shows too little.
void leave_out_innocent(Suspect& suspect, const GrowthOf& growth_of) {
  Suspect guilty;
  Suspect others;
  for (const ReportSite* site : suspect.sites) (leaks_by_itself(*site) ? guilty : others).add(*site);
  if (guilty.sites.empty() || others.sites.empty() || suspect.lost_blocks() != 0) return;
  const Growth rest = growth_of(others.ids).growth;
  if (rest.verdict == GrowthVerdict::kLeak && rest.rises_to_end) return;
  guilty.judge(growth_of);
  if (guilty.growth.verdict == GrowthVerdict::kLeak) suspect = std::move(guilty);
}

void tell(const Suspect& suspect, ReportProcess& process, const std::vector<ReportFrame>& frames) {
  if (suspect.piled_bytes() < kLeastBytes) return;
  if (suspect.growth.given_back) {
    process.findings.push_back(given_back_finding(suspect, process, frames));
  } else if (!process.truth) {
    process.findings.push_back(leak_finding(suspect, process, frames));
  } else if (suspect.lost_blocks() != 0) {
    note_growth(process, suspect);
  } else {
    process.findings.push_back(growth_finding(suspect, process, frames));
  }
}

}  // namespace

void find_growth(ReportProcess& process, const std::vector<ReportFrame>& frames, const GrowthOf& growth_of) {
  AllSuspects all = suspects_of(process, frames);
  const auto consider = [&](Suspect& suspect) {
    suspect.judge(growth_of);
    if (suspect.growth.verdict != GrowthVerdict::kLeak) return;
    if (!suspect.growth.given_back) leave_out_innocent(suspect, growth_of);
    tell(suspect, process, frames);
  };
  for (auto& [place, suspect] : all.live) {
    if (suspect.bytes >= kLeastBytes) consider(suspect);
  }
  for (auto& [place, suspect] : all.gone) {
    if (!is_told(all.live, place)) consider(suspect);
  }
}

}  // namespace leak::scan
