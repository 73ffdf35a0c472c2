// Objects own each other, and a global pointer leads to an owner: in use, whatever else may be wrong with
// them.
#include <memory>

#include "truth.h"

struct Node {
  std::shared_ptr<Node> other;
  char payload[64];
};

namespace {

[[gnu::used]] std::shared_ptr<Node>* g_node;

void work(bool fixed) {
  g_node = new auto(std::make_shared<Node>());
  (*g_node)->other = std::make_shared<Node>();
  (*g_node)->other->other = *g_node;
  if (!fixed) return;
  (*g_node)->other.reset();
  delete g_node;
}

}  // namespace

int main(int argc, char** argv) { return run(argc, argv, work); }
