#include "graph/cycle_cut.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace leak::scan {

namespace {

// Each try walks the whole cycle.
constexpr std::size_t kMostWork = std::size_t{1} << 22;

// Everything that has to go with one owner: its pointer to the control block and the one to the object.
using Place = std::vector<std::uint32_t>;  // indices into the pointers

class CutFinder {
 public:
  CutFinder(const HeapGraph& graph, const std::vector<NodeId>& by_age,
            const std::vector<CyclePointer>& pointers)
      : graph_(graph), by_age_(by_age), pointers_(pointers), tries_(kMostWork / (pointers.size() + 1) + 1) {}

  std::vector<bool> run() {
    std::vector<bool> cut(pointers_.size(), false);
    for (const Place& place : single_owners()) {
      if (is_enough(place, cut)) return cut;
    }
    for (const Place& place : places_in_source()) {
      if (is_enough(place, cut)) return cut;
    }
    return cut;
  }

 private:
  bool is_enough(const Place& place, std::vector<bool>& cut) {
    if (tries_ == 0) return false;
    --tries_;
    for (const std::uint32_t i : place) cut[i] = true;
    const auto is_cut = [&](const CyclePointer& pointer) {
      return cut[static_cast<std::size_t>(&pointer - pointers_.data())];
    };
    if (!holds_owners(pointers_, static_cast<std::uint32_t>(by_age_.size()), is_cut)) return true;
    for (const std::uint32_t i : place) cut[i] = false;
    return false;
  }

  // The owner at `i` with its pointer to the object, which stands in the word before.
  Place owner_at(std::uint32_t i) const {
    Place place{i};
    const std::uint32_t offset = graph_.edges[pointers_[i].edge].from_offset;
    for (std::uint32_t j = i; j-- != 0 && pointers_[j].from == pointers_[i].from;) {
      const std::uint32_t other = graph_.edges[pointers_[j].edge].from_offset;
      if (other + 8 == offset && pointers_[j].role == PointerRole::kOwnerObject) place.push_back(j);
      if (other + 8 < offset) break;
    }
    return place;
  }

  std::vector<std::uint32_t> owners() const {
    std::vector<std::uint32_t> list;
    for (std::uint32_t i = 0; i != pointers_.size(); ++i) {
      if (pointers_[i].role == PointerRole::kOwner) list.push_back(i);
    }
    // Members are by age: a pointer to a smaller position leads back to an older one.
    std::stable_sort(list.begin(), list.end(), [this](std::uint32_t a, std::uint32_t b) {
      const auto rank = [this](const CyclePointer& pointer) {
        return std::tuple(pointer.from <= pointer.to, by_age_.size() - pointer.from);
      };
      return rank(pointers_[a]) < rank(pointers_[b]);
    });
    return list;
  }

  std::vector<Place> single_owners() const {
    std::vector<Place> places;
    for (const std::uint32_t i : owners()) {
      if (places.size() == tries_) break;
      places.push_back(owner_at(i));
    }
    return places;
  }

  std::vector<Place> places_in_source() const {
    std::vector<Place> places;
    std::map<std::tuple<bool, std::uint32_t, std::uint32_t>, std::size_t> known;
    for (const std::uint32_t i : owners()) {
      const CyclePointer& pointer = pointers_[i];
      const HeapNode& holder = graph_.nodes[by_age_[pointer.from]];
      const bool has_type = holder.type != 0;
      const auto key = std::tuple(has_type, has_type ? holder.type : holder.stack.value,
                                  graph_.edges[pointer.edge].from_offset);
      const auto [place, is_new] = known.emplace(key, places.size());
      if (is_new) places.emplace_back();
      const Place owner = owner_at(i);
      places[place->second].insert(places[place->second].end(), owner.begin(), owner.end());
    }
    return places;
  }

  const HeapGraph& graph_;
  const std::vector<NodeId>& by_age_;
  const std::vector<CyclePointer>& pointers_;
  std::size_t tries_;
};

}  // namespace

Components components_without(const std::vector<CyclePointer>& pointers, std::uint32_t members,
                              const IsLeftOut& is_left_out) {
  Digraph graph;
  graph.first.assign(std::size_t{members} + 1, 0);
  for (const CyclePointer& pointer : pointers) {
    if (!is_left_out(pointer)) ++graph.first[pointer.from + 1];
  }
  for (std::size_t i = 1; i < graph.first.size(); ++i) graph.first[i] += graph.first[i - 1];
  graph.to.resize(graph.first.back());
  std::vector<std::uint32_t> next(graph.first.begin(), graph.first.end() - 1);
  for (const CyclePointer& pointer : pointers) {
    if (!is_left_out(pointer)) graph.to[next[pointer.from]++] = pointer.to;
  }
  return find_components(graph);
}

bool holds_owners(const std::vector<CyclePointer>& pointers, std::uint32_t members,
                  const IsLeftOut& is_left_out) {
  const Components parts = components_without(pointers, members, is_left_out);
  return std::any_of(pointers.begin(), pointers.end(), [&](const CyclePointer& pointer) {
    return pointer.role == PointerRole::kOwner && !is_left_out(pointer) &&
           parts.of[pointer.from] == parts.of[pointer.to];
  });
}

std::vector<bool> find_cut(const HeapGraph& graph, const std::vector<NodeId>& by_age,
                           const std::vector<CyclePointer>& pointers) {
  return CutFinder(graph, by_age, pointers).run();
}

}  // namespace leak::scan
