// The columns of the page hold what the JSON report says, in less room. Reading them back is tested in a
// browser.
#include "render/json_page.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <utility>

namespace leak::scan {
namespace {

Json columns_of(std::initializer_list<Json> sites) {
  SiteColumns columns;
  for (const Json& site : sites) columns.add(site);
  return std::move(columns).finish();
}

TEST(SiteColumns, StacksShareTheirOuterFrames) {
  const Json columns = columns_of({{{"stack", {7, 3, 1}}}, {{"stack", {8, 3, 1}}}, {{"stack", {2}}}});
  // main(1) -> 3 -> 7, one level up -> 8; a second root 2, reached from two levels up.
  EXPECT_EQ(columns["paths"]["frame"], Json({1, 3, 7, 8, 2}));
  EXPECT_EQ(columns["paths"]["up"], Json({0, 0, 0, 1, 3}));
  EXPECT_EQ(columns["path"], Json({2, 3, 4}));
}

TEST(SiteColumns, ASiteWithoutAStackHasNoPath) {
  EXPECT_EQ(columns_of({{{"stack", Json::array()}}})["path"], Json({-1}));
}

TEST(SiteColumns, FiguresStandSideBySideAndPositionsAreNotRepeated) {
  const Json columns =
      columns_of({{{"id", 0}, {"stack", {1}}, {"live_bytes", 70}, {"growth", {{"verdict", "leak"}}}},
                  {{"id", 1}, {"stack", {1}}, {"live_bytes", 30}, {"growth", {{"verdict", "flat"}}}}});
  EXPECT_EQ(columns["count"], 2);
  EXPECT_EQ(columns["values"], Json({{"live_bytes", {70, 30}}, {"growth.verdict", {"leak", "flat"}}}));
}

TEST(SiteColumns, WhatFewSitesHaveNamesThem) {
  const Json types = {{{"name", "Page"}}};
  const Json columns =
      columns_of({{{"stack", {1}}}, {{"stack", {1}}, {"types", types}}, {{"stack", {1}}, {"blamed", 1}}});
  EXPECT_EQ(columns["some"]["types"], Json({{"at", {1}}, {"value", Json::array({types})}}));
  EXPECT_EQ(columns["some"]["blamed"], Json({{"at", {2}}, {"value", {1}}}));
}

TEST(SiteColumns, CoursesAreStepsInTheSizeOfTheBlocks) {
  const Json columns = columns_of({{{"stack", {1}}, {"live_bytes_over_time", {48, 96, 96, 24}}},
                                   {{"stack", {2}}, {"live_bytes_over_time", {0, 0, 0, 0}}}});
  EXPECT_EQ(columns["live_bytes_over_time"]["unit"], Json({24, 1}));
  EXPECT_EQ(columns["live_bytes_over_time"]["steps"], Json({2, 2, 0, -3, 0, 0, 0, 0}));
}

TEST(PageSnapshot, SitesStandInTheirOrder) {
  const Json sites = {{{"site", 9}, {"blocks", 1}, {"bytes", 500}},
                      {{"site", 4}, {"blocks", 2}, {"bytes", 64}}};
  const Json snapshot = page_snapshot_of({{"label", "noon"}, {"sites", sites}});
  EXPECT_EQ(snapshot["label"], "noon");
  EXPECT_EQ(snapshot["sites"], Json({{"site", {4, 5}}, {"blocks", {2, 1}}, {"bytes", {64, 500}}}));
}

}  // namespace
}  // namespace leak::scan
