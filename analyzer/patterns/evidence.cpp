#include "patterns/evidence.h"

#include <algorithm>
#include <cstddef>

#include "base/units.h"
#include "report/system_frames.h"

namespace leak::scan {

namespace {

constexpr std::size_t kNear = 2;  // what is farther off holds the block by accident, as the whole server does

}  // namespace

SitesByPlace sites_by_place(const ReportProcess& process, const std::vector<ReportFrame>& frames) {
  SitesByPlace places;
  for (const ReportSite& site : process.sites) places[place_of(site, frames)].push_back(&site);
  return places;
}

Evidence::Evidence(const ReportFinding& finding, const ReportProcess& process,
                   const std::vector<ReportFrame>& frames, const SitesByPlace& places)
    : finding_(finding), process_(process), frames_(frames) {
  if (finding.cycle && *finding.cycle < process.cycles.size()) cycle_ = &process.cycles[*finding.cycle];
  gather_sites(places);
  for (const ReportSite* site : sites_) gather_names(*site);
  if (cycle_ == nullptr) return;
  for (const ReportCycleBlock& block : cycle_->blocks) {
    if (!block.type.empty()) types_.push_back(block.type);
  }
}

void Evidence::gather_sites(const SitesByPlace& places) {
  if (!finding_.site || *finding_.site >= process_.sites.size()) return;
  const ReportSite& own = process_.sites[*finding_.site];
  sites_.push_back(&own);
  for (const ReportSite* const site : places.at(place_of(own, frames_))) {
    if (site != &own && (site->live_blocks != 0) == (own.live_blocks != 0)) sites_.push_back(site);
  }
}

void Evidence::gather_names(const ReportSite& site) {
  const auto add = [this](std::optional<Container> container) {
    if (container) own_containers_.push_back(*std::move(container));
  };
  for (const FrameId id : site.stack) {
    if (id == site.blamed) break;
    add(container_of_function(qualified_name(frames_[id.index()].function)));
  }
  for (const ReportTypeCount& type : site.types) {
    types_.push_back(type.name);
    add(container_of_type(type.name));
  }
  for (const ReportHeld& held : site.retained_by) {
    if (holder_ == nullptr || held.bytes > holder_->bytes) holder_ = &held;
  }
  if (!site.path || site.path->steps.empty()) return;
  const std::vector<ReportPathStep>& steps = site.path->steps;
  std::size_t hops = 0;
  for (auto step = steps.rbegin() + 1; step != steps.rend(); ++step, ++hops) {
    if (step->type.empty()) continue;
    if (hops < kNear) types_.push_back(step->type);
    if (!around_) around_ = container_of_type(step->type);
  }
}

const Container* Evidence::container(ContainerKind kind) const {
  const auto own = std::find_if(own_containers_.begin(), own_containers_.end(),
                                [kind](const Container& container) { return container.kind == kind; });
  if (own != own_containers_.end()) return &*own;
  return around_ && around_->kind == kind ? &*around_ : nullptr;
}

bool Evidence::is_held_for_ever() const {
  return holder_ != nullptr && (holder_->kind == "global" || holder_->kind == "tls");
}

bool Evidence::is_lost() const { return !fact_of(finding_, "nothing points to them").empty(); }

bool Evidence::is_growth() const {
  return (finding_.kind == "growth" || finding_.kind == "leak") && !is_lost();
}

bool Evidence::is_given_back() const { return !fact_of(finding_, kGivenBack).empty(); }

bool Evidence::keeps_everything() const {
  return !sites_.empty() && std::all_of(sites_.begin(), sites_.end(),
                                        [](const ReportSite* site) { return site->deallocations == 0; });
}

std::string Evidence::kept_sentence() const {
  std::uint64_t made = 0;
  std::uint64_t live = 0;
  for (const ReportSite* site : sites_) {
    made += site->allocations;
    live += site->live_blocks;
  }
  if (is_given_back()) {
    return format_count(finding_.blocks) + " of " + format_count(made) +
           " blocks that were ever made here were still there when the work was over; only then were they "
           "freed.";
  }
  return format_count(live) + " of " + format_count(made) +
         " blocks that were ever made here are still there.";
}

std::string Evidence::holder_sentence() const {
  if (holder_ == nullptr) return {};
  return format_heap(holder_->bytes, holder_->blocks) + (holder_->blocks == 1 ? " is" : " are") +
         " held by " + holder_->root + ".";
}

}  // namespace leak::scan
