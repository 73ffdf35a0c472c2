// The classes of leak tools: each lost node is either a leak by itself or held by one.
#pragma once

#include <cstdint>
#include <vector>

#include "graph/components.h"
#include "graph/heap_graph.h"
#include "graph/reachability.h"

namespace leak::scan {

enum class LossClass : std::uint8_t {
  kReachable,
  kPossible,
  kPossibleEncoded,
  kIndirect,  // a lost node holds it
  kDefinite,  // nothing holds it but what it holds itself
  kRuntime,   // not counted: see HeapNode::is_runtime
};
inline constexpr std::size_t kLossClasses = 6;

inline bool is_lost(LossClass of) { return of == LossClass::kDefinite || of == LossClass::kIndirect; }

struct Loss {
  std::vector<LossClass> of;    // index: NodeId
  Components lost;              // of the lost nodes
  std::vector<bool> is_source;  // index: component; no other lost component points to it
};

// Of a component that nothing else points to, the oldest node is definitely lost: the others were made to
// hang on it.
Loss classify(const HeapGraph& graph, const std::vector<Reach>& reach);

}  // namespace leak::scan
