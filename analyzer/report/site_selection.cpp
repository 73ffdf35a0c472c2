#include "report/site_selection.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <tuple>

namespace leak::scan {

namespace {

using Figure = double (*)(const SiteFigures&);

constexpr std::array<Figure, 6> kCriteria = {
    [](const SiteFigures& site) { return static_cast<double>(site.live_bytes); },
    [](const SiteFigures& site) { return static_cast<double>(site.peak_bytes); },
    [](const SiteFigures& site) { return static_cast<double>(site.allocations); },
    [](const SiteFigures& site) { return static_cast<double>(site.temporary_allocations); },
    [](const SiteFigures& site) { return site.growth_bytes_per_s; },
    [](const SiteFigures& site) { return static_cast<double>(site.lost_bytes); },
};

// The sites with a figure above zero, largest first; equal ones keep their order. At most `limit`.
std::vector<std::uint32_t> leaders(const std::vector<SiteFigures>& sites, Figure figure, std::size_t limit) {
  std::vector<std::uint32_t> order;
  for (std::uint32_t i = 0; i != sites.size(); ++i) {
    if (figure(sites[i]) > 0) order.push_back(i);
  }
  const auto larger = [&](std::uint32_t a, std::uint32_t b) {
    const double left = figure(sites[a]);
    const double right = figure(sites[b]);
    return left != right ? left > right : a < b;
  };
  const std::size_t kept = std::min(limit, order.size());
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(kept), order.end(), larger);
  order.resize(kept);
  return order;
}

std::vector<std::uint32_t> take_in_turns(const std::vector<SiteFigures>& sites, std::size_t limit) {
  std::array<std::vector<std::uint32_t>, kCriteria.size()> lists;
  for (std::size_t i = 0; i != kCriteria.size(); ++i) lists[i] = leaders(sites, kCriteria[i], limit);
  std::vector<bool> taken(sites.size());
  std::vector<std::uint32_t> chosen;
  for (std::size_t rank = 0; rank != limit; ++rank) {
    for (const std::vector<std::uint32_t>& list : lists) {
      if (rank >= list.size() || taken[list[rank]] || chosen.size() == limit) continue;
      taken[list[rank]] = true;
      chosen.push_back(list[rank]);
    }
  }
  return chosen;
}

}  // namespace

std::vector<std::uint32_t> select_sites(const std::vector<SiteFigures>& sites,
                                        std::optional<std::size_t> limit) {
  std::vector<std::uint32_t> chosen;
  if (!limit || *limit >= sites.size()) {
    chosen.resize(sites.size());
    std::iota(chosen.begin(), chosen.end(), 0U);
  } else {
    chosen = take_in_turns(sites, *limit);
  }
  std::sort(chosen.begin(), chosen.end(), [&](std::uint32_t a, std::uint32_t b) {
    const SiteFigures& left = sites[a];
    const SiteFigures& right = sites[b];
    return std::tuple(right.live_bytes, right.peak_bytes, right.allocations, a) <
           std::tuple(left.live_bytes, left.peak_bytes, left.allocations, b);
  });
  return chosen;
}

ReportTop rank_sites(const std::vector<SiteFigures>& selected) {
  const std::size_t all = selected.size();
  return {leaders(selected, kCriteria[0], all), leaders(selected, kCriteria[1], all),
          leaders(selected, kCriteria[2], all), leaders(selected, kCriteria[3], all),
          leaders(selected, kCriteria[4], all), leaders(selected, kCriteria[5], all)};
}

}  // namespace leak::scan
