// A list whose nodes store the exclusive or of their neighbours, known by its first node. Only links to an
// end of the list are pointers: no scan can follow the others.
#include <cstdint>

#include "truth.h"

namespace {

struct Node {
  std::uintptr_t link;
  char payload[56];
};

[[gnu::used]] Node* g_first;

std::uintptr_t number(Node* node) { return reinterpret_cast<std::uintptr_t>(node); }

void work(bool fixed) {
  Node* nodes[6];
  for (Node*& node : nodes) node = new Node{};
  for (int i = 0; i < 6; ++i) {
    nodes[i]->link = (i > 0 ? number(nodes[i - 1]) : 0) ^ (i < 5 ? number(nodes[i + 1]) : 0);
  }
  g_first = nodes[0];
  if (!fixed) return;
  for (Node* node : nodes) delete node;
}

}  // namespace

int main(int argc, char** argv) { return run(argc, argv, work); }
