// A static owner gives up its share of a cycle when it is destroyed: in use when main returns, lost in the
// end.
#include <memory>
#include <vector>

#include "truth.h"

struct Node {
  std::shared_ptr<Node> other;
  char payload[64];
};

namespace {

std::vector<std::shared_ptr<Node>> g_nodes;

void work(bool fixed) {
  const auto& node = g_nodes.emplace_back(std::make_shared<Node>());
  node->other = std::make_shared<Node>();
  node->other->other = node;
  if (fixed) node->other.reset();
}

}  // namespace

int main(int argc, char** argv) { return run(argc, argv, work); }
