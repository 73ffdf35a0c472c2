#include "report/mismatch_findings.h"

#include <map>
#include <string>
#include <tuple>
#include <utility>

#include "base/units.h"
#include "report/findings.h"
#include "report/snapshots.h"
#include "report/system_frames.h"

namespace leak::scan {

namespace {

const char* name_of_family(FamilySet family) {
  if (family == kNewFamily) return "operator new";
  return family == kNewArrayFamily ? "operator new[]" : "malloc";
}

const char* right_way(FamilySet family) {
  if (family == kNewFamily) return "operator delete";
  return family == kNewArrayFamily ? "operator delete[]" : "free";
}

bool saw_deletes(const HeapHistory& history) {
  for (std::size_t op = 0; op != history.deallocations_by_op.size(); ++op) {
    if (history.deallocations_by_op[op] != 0 && family_of(static_cast<trace::Op>(op)) != kMallocFamily)
      return true;
  }
  return false;
}

// Of a block whose free was lost, another end may be taken for its own.
bool lost_events(const Diagnostics& diagnostics) {
  return diagnostics.dropped_events != 0 || diagnostics.torn_frames != 0 || diagnostics.skipped_bytes != 0;
}

// An operator new that is linked into the program calls malloc, and its operator delete may be another one's;
// a program whose deletes we never see has operators of its own. Both are right, and look wrong from here.
bool may_be_right(const FreeFamilies::Mismatch& mismatch, const ReportSite& site,
                  const std::vector<ReportFrame>& frames, bool deletes_are_seen) {
  if (mismatch.made_by != kMallocFamily) return !deletes_are_seen;
  if (site.stack.empty()) return true;
  const ReportFrame& leaf = frames[site.stack.front().index()];
  return is_nameless(leaf) || qualified_name(leaf.function).starts_with("operator new");
}

struct Wrong {
  const ReportSite* site = nullptr;
  std::uint64_t blocks = 0;
};

}  // namespace

void find_mismatches(const HeapHistory& history, const std::vector<std::uint32_t>& report_site,
                     const std::vector<ReportFrame>& frames, ReportProcess& process) {
  if (lost_events(history.diagnostics)) return;
  const bool deletes_are_seen = saw_deletes(history);
  std::map<std::tuple<std::string, FamilySet, trace::Op>, Wrong> places;
  for (const FreeFamilies::Mismatch& mismatch : history.mismatches) {
    if (report_site[mismatch.site] == kNotShown) continue;
    const ReportSite& site = process.sites[report_site[mismatch.site]];
    if (may_be_right(mismatch, site, frames, deletes_are_seen)) continue;
    Wrong& wrong = places[{place_of(site, frames), mismatch.made_by, mismatch.freed_by}];
    if (wrong.site == nullptr) wrong.site = &site;
    wrong.blocks += mismatch.blocks;
  }
  for (const auto& [key, wrong] : places) {
    const auto& [place, made_by, freed_by] = key;
    ReportFinding finding;
    finding.kind = "mismatch";
    finding.title = format_blocks(wrong.blocks) + " that " + name_of_family(made_by) + " made in " + place +
                    (wrong.blocks == 1 ? " was" : " were") + " freed by " + trace::name_of(freed_by);
    finding.blocks = wrong.blocks;
    finding.site = wrong.site->id;
    finding.evidence = {{"made by", name_of_family(made_by)},
                        {"freed by", trace::name_of(freed_by)},
                        {"needs", right_way(made_by)}};
    process.findings.push_back(std::move(finding));
  }
}

}  // namespace leak::scan
