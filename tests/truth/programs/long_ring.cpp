// A ring of 100,000 blocks whose links lead to older blocks: one component as large as the heap.
#include <cstdlib>

#include "truth.h"

namespace {

struct Node {
  Node* previous;
  long value;
};

void work(bool fixed) {
  Node* first = nullptr;
  Node* last = nullptr;
  for (long i = 0; i < 100'000; ++i) {
    auto* node = escape(static_cast<Node*>(std::malloc(sizeof(Node))));
    *node = {last, i};
    if (first == nullptr) first = node;
    last = node;
  }
  first->previous = last;
  for (Node* node = last; fixed && node != nullptr;) {
    Node* previous = node == first ? nullptr : node->previous;
    std::free(node);
    node = previous;
  }
}

}  // namespace

int main(int argc, char** argv) { return run(argc, argv, work); }
