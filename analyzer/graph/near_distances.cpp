#include "graph/near_distances.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <unordered_map>

namespace leak::scan {

namespace {

using Edge = HeapGraphImage::Edge;

// As the hook has it: larger ones are no everyday numbers.
constexpr std::int64_t kLeastDistance = 4096;
constexpr std::size_t kFewestFar = 3;
constexpr std::size_t kFewestInArray = 4;

class Distances {
 public:
  Distances(const std::vector<HeapNode>& nodes, const StackTable& stacks, const std::vector<Edge>& edges)
      : nodes_(nodes), stacks_(stacks) {
    for (const Edge& edge : edges) {
      if (edge.form != trace::PointerForm::kSelfRelative) continue;
      if (!is_near(edge)) far_[place_of(edge)].insert(edge.from);
      targets_[edge.from].insert(edge.to);
    }
  }

  bool is_doubtful(const Edge& edge) const {
    if (edge.form != trace::PointerForm::kSelfRelative || !is_near(edge)) return false;
    const auto far = far_.find(place_of(edge));
    if (far != far_.end() && far->second.size() >= kFewestFar) return false;
    return targets_.at(edge.from).size() < kFewestInArray;
  }

 private:
  // The call that allocated the holder, not those around it: one constructor serves many; size, offset.
  using Place = std::tuple<PcId, std::uint64_t, std::uint32_t>;

  Place place_of(const Edge& edge) const {
    const HeapNode& holder = nodes_[edge.from];
    return {stacks_.pc(holder.stack), holder.size, edge.from_offset};
  }

  bool is_near(const Edge& edge) const {
    const auto distance = static_cast<std::int64_t>(nodes_[edge.to].address) -
                          static_cast<std::int64_t>(nodes_[edge.from].address);
    const auto is_small = [](std::int64_t value) {
      return -kLeastDistance <= value && value <= kLeastDistance;
    };
    return is_small(distance) && is_small(distance - static_cast<std::int64_t>(edge.from_offset));
  }

  const std::vector<HeapNode>& nodes_;
  const StackTable& stacks_;
  std::map<Place, std::set<NodeId>> far_;
  std::unordered_map<NodeId, std::set<NodeId>> targets_;
};

}  // namespace

void drop_doubtful_distances(const std::vector<HeapNode>& nodes, const StackTable& stacks,
                             std::vector<Edge>& edges) {
  // Encoded ones come last.
  const auto first = std::find_if(edges.rbegin(), edges.rend(), [](const Edge& edge) {
                       return edge.form == trace::PointerForm::kPlain;
                     }).base();
  const Distances distances(nodes, stacks, {first, edges.end()});
  edges.erase(
      std::remove_if(first, edges.end(), [&](const Edge& edge) { return distances.is_doubtful(edge); }),
      edges.end());
}

}  // namespace leak::scan
