// What the report knows about one finding, gathered from everywhere: the sites of its place, what holds them,
// which containers they are kept in.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "patterns/containers.h"
#include "report/findings.h"
#include "report/report_model.h"

namespace leak::scan {

// The sites of a process by the place that they blame. A report has many sites and many findings about them,
// so places are compared once for all.
using SitesByPlace = std::unordered_map<std::string, std::vector<const ReportSite*>>;
SitesByPlace sites_by_place(const ReportProcess& process, const std::vector<ReportFrame>& frames);

class Evidence {
 public:
  // All arguments must outlive it.
  Evidence(const ReportFinding& finding, const ReportProcess& process, const std::vector<ReportFrame>& frames,
           const SitesByPlace& places);

  const ReportFinding& finding() const { return finding_; }
  const ReportProcess& process() const { return process_; }
  const ReportCycle* cycle() const { return cycle_; }  // that the finding is about; nullptr: about none

  // That blame the same place as the finding's site, that one first.
  const std::vector<const ReportSite*>& sites() const { return sites_; }

  // The container of this kind that the blocks are a part of, or else the nearest one that they are kept in;
  // nullptr when that is of another kind.
  const Container* container(ContainerKind kind) const;

  // The type names of the blocks and of what holds them closely; of a cycle, of its members.
  const std::vector<std::string>& types() const { return types_; }

  // The root that most of the blocks are held by; nullptr when none is known.
  const ReportHeld* holder() const { return holder_; }
  bool is_held_for_ever() const;  // by a variable that lives as long as the program or its thread

  bool is_lost() const;    // nothing points to it
  bool is_growth() const;  // it piles up, still held, or nobody knows whether it is

  bool is_given_back() const;  // it piled up until the program ended, and was freed then

  // "3,000 of 3,000 blocks that were ever made here are still there".
  std::string kept_sentence() const;
  // Nothing that was made here was ever given back.
  bool keeps_everything() const;

  // "1.2 MiB of it is held by g_cache in server.cpp"; empty when no holder is known.
  std::string holder_sentence() const;

 private:
  void gather_sites(const SitesByPlace& places);
  void gather_names(const ReportSite& site);

  const ReportFinding& finding_;
  const ReportProcess& process_;
  const std::vector<ReportFrame>& frames_;
  const ReportCycle* cycle_ = nullptr;
  std::vector<const ReportSite*> sites_;
  std::vector<Container> own_containers_;  // the blocks are parts of these
  std::optional<Container> around_;        // the nearest one on the way from a root
  std::vector<std::string> types_;
  const ReportHeld* holder_ = nullptr;
};

}  // namespace leak::scan
