#include "diff/side_places.h"

#include <set>

#include "report/findings.h"

namespace leak::scan {

namespace {

std::set<std::uint32_t> accused_sites(const ReportProcess& process) {
  std::set<std::uint32_t> sites;
  for (const ReportFinding& finding : process.findings) {
    if (is_alarm(finding) && finding.kind == "leak" && finding.site) sites.insert(*finding.site);
  }
  return sites;
}

DiffFigures figures_of(const ReportSite& site) {
  DiffFigures figures;
  figures.live_blocks = site.live_blocks;
  figures.live_bytes = site.live_bytes;
  figures.peak_bytes = site.peak_bytes;
  figures.allocations = site.allocations;
  figures.allocated_bytes = site.allocated_bytes;
  if (site.lost) {
    figures.lost_blocks = site.lost->definitely_lost.blocks + site.lost->indirectly_lost.blocks;
    figures.lost_bytes = site.lost->definitely_lost.bytes + site.lost->indirectly_lost.bytes;
  }
  return figures;
}

}  // namespace

void add(DiffFigures& to, const DiffFigures& more) {
  to.live_blocks += more.live_blocks;
  to.live_bytes += more.live_bytes;
  to.lost_blocks += more.lost_blocks;
  to.lost_bytes += more.lost_bytes;
  to.peak_bytes += more.peak_bytes;
  to.allocations += more.allocations;
  to.allocated_bytes += more.allocated_bytes;
}

std::map<std::string, SidePlace> places_of(const ReportModel& model, bool scanned,
                                           const std::pair<std::string, std::string>& renamed) {
  std::map<std::string, SidePlace> places;
  for (const ReportProcess& process : model.processes) {
    const std::set<std::uint32_t> accused = accused_sites(process);
    for (const ReportSite& site : process.sites) {
      Fingerprint fingerprint = fingerprint_of(site.stack, model.frames, renamed);
      SidePlace& place = places[fingerprint.id];
      if (place.name.empty()) {
        place.name = place_of(site, model.frames);
        place.fingerprint = std::move(fingerprint);
      }
      add(place.figures, figures_of(site));
      if (scanned && site.lost) place.leaked_blocks += site.lost->definitely_lost.blocks;
      if (!scanned && accused.count(site.id) != 0) place.leaked_blocks += site.live_blocks;
    }
  }
  return places;
}

}  // namespace leak::scan
