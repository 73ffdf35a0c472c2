#include "report/site_selection.h"

#include <gtest/gtest.h>

namespace leak::scan {
namespace {

TEST(SiteSelection, TakesTheLeadersOfEachCriterion) {
  std::vector<SiteFigures> sites(100, {1, 1, 1, 0, 0});
  sites[10].live_bytes = 1000;
  sites[20].peak_bytes = 1000;
  sites[30].allocations = 1000;
  sites[40].temporary_allocations = 1000;
  sites[50].growth_bytes_per_s = 1000;
  EXPECT_EQ(select_sites(sites, 5), (std::vector<std::uint32_t>{10, 20, 30, 40, 50}));
}

TEST(SiteSelection, WithoutALimitKeepsAllByLiveBytes) {
  const std::vector<SiteFigures> sites = {{1, 0, 0, 0, 0}, {3, 0, 0, 0, 0}, {2, 0, 0, 0, 0}};
  EXPECT_EQ(select_sites(sites, std::nullopt), (std::vector<std::uint32_t>{1, 2, 0}));
}

TEST(SiteSelection, RanksOnlyWhatCounts) {
  const ReportTop top = rank_sites({{0, 5, 1, 0, 0}, {7, 7, 2, 2, 3}});
  EXPECT_EQ(top.live, (std::vector<std::uint32_t>{1}));
  EXPECT_EQ(top.peak, (std::vector<std::uint32_t>{1, 0}));
  EXPECT_EQ(top.temporary, (std::vector<std::uint32_t>{1}));
  EXPECT_EQ(top.growth, (std::vector<std::uint32_t>{1}));
}

}  // namespace
}  // namespace leak::scan
