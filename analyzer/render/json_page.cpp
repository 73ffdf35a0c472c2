#include "render/json_page.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <string_view>

namespace leak::scan {

namespace {

constexpr const char* kSeries = "live_bytes_over_time";

// Of a site; the page has no view of them.
constexpr std::array<std::string_view, 3> kNotRead = {
    "lost_at_exit", "growth.slope_low_bytes_per_s", "growth.slope_high_bytes_per_s"};

// Each number less the one before it.
Json steps_of(const Json& numbers) {
  Json steps = Json::array();
  std::int64_t before = 0;
  for (const Json& number : numbers) {
    const auto value = number.get<std::int64_t>();
    steps.push_back(value - before);
    before = value;
  }
  return steps;
}

// What all of them are multiples of: the block size, where a site makes blocks of one size. 1 for zeros.
std::int64_t common_divisor(const Json& numbers) {
  std::int64_t divisor = 0;
  for (const Json& number : numbers) divisor = std::gcd(divisor, number.get<std::int64_t>());
  return std::max<std::int64_t>(divisor, 1);
}

}  // namespace

void SiteColumns::add(const Json& site) {
  std::size_t end = 0;
  for (const auto& [name, value] : site.items()) {
    if (name == "stack") {
      end = node_of(value);
    } else if (name == kSeries) {
      add_series(value);
    } else if (name != "id" || value != count_) {
      add_member(name, value);
    }
  }
  ends_.push_back(end);
  ++count_;
}

void SiteColumns::add_series(const Json& numbers) {
  const Json steps = steps_of(numbers);
  const std::int64_t unit = common_divisor(steps);
  series_units_.push_back(unit);
  for (const Json& step : steps) series_steps_.push_back(step.get<std::int64_t>() / unit);
}

void SiteColumns::add_member(const std::string& name, const Json& value) {
  if (std::find(kNotRead.begin(), kNotRead.end(), name) != kNotRead.end()) return;
  if (!value.is_object() || value.contains("steps")) {
    add_value(name, value);
    return;
  }
  for (const auto& [member, inner] : value.items()) add_member(name + '.' + member, inner);
}

void SiteColumns::add_value(const std::string& name, const Json& value) {
  const auto [entry, is_new] = columns_.try_emplace(name);
  if (is_new) names_.push_back(name);
  entry->second.at.push_back(count_);
  entry->second.values.push_back(value);
}

std::size_t SiteColumns::node_of(const Json& stack) {
  std::size_t node = 0;
  for (auto frame = stack.rbegin(); frame != stack.rend(); ++frame) {
    const auto id = frame->get<std::uint32_t>();
    const auto [child, is_new] = children_.try_emplace(std::uint64_t{node} << 32 | id, nodes_.size());
    if (is_new) {
      nodes_.push_back({id, node, 0, nodes_[node].last_child});
      nodes_[node].last_child = child->second;
    }
    node = child->second;
  }
  return node;
}

// `position` becomes the place of each node in the walk; the root, which is not in it, is -1 for the reader.
Json SiteColumns::paths(std::vector<std::size_t>& position) const {
  Json up = Json::array();
  Json frame = Json::array();
  position.assign(nodes_.size(), 0);
  struct Pending {
    std::size_t node;
    std::size_t depth;
  };
  std::vector<Pending> pending;
  const auto push_children = [&](std::size_t node, std::size_t depth) {
    for (std::size_t child = nodes_[node].last_child; child != 0; child = nodes_[child].earlier_sibling) {
      pending.push_back({child, depth});
    }
  };
  push_children(0, 1);
  std::size_t depth_before = 0;
  while (!pending.empty()) {
    const auto [node, depth] = pending.back();
    pending.pop_back();
    position[node] = up.size();
    up.push_back(depth_before + 1 - depth);
    frame.push_back(nodes_[node].frame);
    depth_before = depth;
    push_children(node, depth + 1);
  }
  return {{"up", std::move(up)}, {"frame", std::move(frame)}};
}

Json SiteColumns::finish() && {
  std::vector<std::size_t> position;
  Json tree = paths(position);
  Json path = Json::array();
  for (const std::size_t end : ends_)
    path.push_back(end == 0 ? -1 : static_cast<std::int64_t>(position[end]));

  Json values = Json::object();
  Json some = Json::object();
  for (const std::string& name : names_) {
    Column& column = columns_[name];
    const bool is_plain = column.values.empty() || column.values.front().is_primitive();
    if (is_plain && column.at.size() == count_) {
      values[name] = std::move(column.values);
    } else {
      some[name] = {{"at", steps_of(column.at)}, {"value", std::move(column.values)}};
    }
  }
  Json columns = {{"count", count_},
                  {"paths", std::move(tree)},
                  {"path", std::move(path)},
                  {"values", std::move(values)},
                  {"some", std::move(some)}};
  if (!series_units_.empty()) {
    columns[kSeries] = {{"unit", std::move(series_units_)}, {"steps", std::move(series_steps_)}};
  }
  return columns;
}

Json page_snapshot_of(Json snapshot) {
  std::vector<const Json*> order;
  for (const Json& site : snapshot.at("sites")) order.push_back(&site);
  std::sort(order.begin(), order.end(),
            [](const Json* a, const Json* b) { return a->at("site") < b->at("site"); });
  Json columns = {{"site", Json::array()}, {"blocks", Json::array()}, {"bytes", Json::array()}};
  for (const Json* site : order) {
    for (auto& [name, column] : columns.items()) column.push_back(site->at(name));
  }
  columns["site"] = steps_of(columns["site"]);
  snapshot["sites"] = std::move(columns);
  return snapshot;
}

Json page_top_of(Json top) {
  for (const char* derived : {"live", "peak", "allocations", "temporary", "lost"}) top.erase(derived);
  return top;
}

}  // namespace leak::scan
