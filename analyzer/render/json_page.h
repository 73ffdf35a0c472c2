// The JSON report as the HTML page holds it: the same figures, with the long lists turned into columns, which
// pack several times smaller and are read several times faster. src/unpack.ts of the page reads them back;
// what it can derive (rankings, the comparison of snapshots) or does not show is left out.
//
//   "site_columns": { "count": n,
//     "paths": { "up": [...], "frame": [...] },   the stacks as one tree, outermost frames first, in the
//     order of a
//                                                 walk: each node hangs on the one before it, `up` levels
//                                                 higher
//     "path": [...],                              of each site: the node that its stack ends in, -1 for none
//     "values": { "growth.verdict": [...] },      plain values by name, dots for members of members, where
//     all have one "live_bytes_over_time": { "unit": [...], "steps": [...] }   of all sites one after the
//     other: each number less
//                                                 the one before it, divided by the site's unit
//     "some": { "types": { "at": [...], "value": [...] } } }  what only some sites have, or is no plain value
//
// `id` is left out where it is the position.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace leak::scan {

using Json = nlohmann::ordered_json;

class SiteColumns {
 public:
  // `site` is one of the report's sites, in their order.
  void add(const Json& site);
  Json finish() &&;

 private:
  struct Column {
    std::vector<std::size_t> at;
    Json values = Json::array();
  };
  struct Node {
    std::int64_t frame;
    std::size_t parent;
    std::size_t last_child = 0;  // 0: none, as the root is nobody's child
    std::size_t earlier_sibling = 0;
  };

  void add_series(const Json& numbers);
  void add_member(const std::string& name, const Json& value);
  void add_value(const std::string& name, const Json& value);
  std::size_t node_of(const Json& stack);
  Json paths(std::vector<std::size_t>& position) const;

  std::size_t count_ = 0;
  std::vector<std::string> names_;  // in order of their first appearance
  std::unordered_map<std::string, Column> columns_;
  Json series_units_ = Json::array();
  Json series_steps_ = Json::array();
  std::vector<Node> nodes_{{-1, 0}};                         // the first is the root
  std::unordered_map<std::uint64_t, std::size_t> children_;  // by parent and frame
  std::vector<std::size_t> ends_;                            // of each site: its node
};

// With its sites as { "site": [each less the one before it], "blocks": [...], "bytes": [...] }, by site.
Json page_snapshot_of(Json snapshot);

// Without the rankings that follow from the figures.
Json page_top_of(Json top);

}  // namespace leak::scan
