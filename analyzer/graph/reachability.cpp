#include "graph/reachability.h"

namespace leak::scan {

namespace {

using trace::PointerForm;

// One flood for each level, from the surest on: what a better chain reaches is never looked at again.
class Flood {
 public:
  Flood(const HeapGraph& graph, const RootSet& roots)
      : graph_(graph), roots_(roots), reach_(graph.nodes.size(), Reach::kLost) {}

  std::vector<Reach> run() && {
    for (NodeId node = 0; node != graph_.size(); ++node) {
      if (graph_.nodes[node].is_runtime) reach(node, Reach::kReachable);
    }
    for (const Reach level : {Reach::kReachable, Reach::kPossible, Reach::kPossibleEncoded}) {
      for (const HeapRoot& root : graph_.roots) {
        if (roots_.contains(root.kind) && carries(root.starts, root.form, level)) reach(root.to, level);
      }
      // The pointers that the levels before could not follow lead on from all that is reached.
      if (level != Reach::kReachable) {
        queue_.clear();
        for (NodeId node = 0; node != graph_.size(); ++node) {
          if (reach_[node] <= level) queue_.push_back(node);
        }
      }
      spread(level);
    }
    return std::move(reach_);
  }

 private:
  static bool carries(bool starts, PointerForm form, Reach level) {
    if (starts) return true;
    return level == Reach::kPossibleEncoded || (level == Reach::kPossible && form == PointerForm::kPlain);
  }

  void reach(NodeId node, Reach level) {
    if (reach_[node] != Reach::kLost) return;
    reach_[node] = level;
    queue_.push_back(node);
  }

  void spread(Reach level) {
    for (std::size_t i = 0; i != queue_.size(); ++i) {
      for (const HeapEdge& edge : graph_.edges_of(queue_[i])) {
        if (carries(edge.starts, edge.form, level)) reach(edge.to, level);
      }
    }
    queue_.clear();
  }

  const HeapGraph& graph_;
  const RootSet& roots_;
  std::vector<Reach> reach_;
  std::vector<NodeId> queue_;
};

}  // namespace

std::vector<Reach> find_reach(const HeapGraph& graph, const RootSet& roots) {
  return Flood(graph, roots).run();
}

}  // namespace leak::scan
