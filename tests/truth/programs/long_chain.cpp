// A chain of 100,000 blocks, each known only to the one before: no recursion is deep enough.
#include <cstdlib>

#include "truth.h"

namespace {

struct Node {
  Node* next;
  long value;
};

void work(bool fixed) {
  Node* head = nullptr;
  Node* tail = nullptr;
  for (long i = 0; i < 100'000; ++i) {
    auto* node = escape(static_cast<Node*>(std::malloc(sizeof(Node))));
    *node = {nullptr, i};
    (head == nullptr ? head : tail->next) = node;
    tail = node;
  }
  while (fixed && head != nullptr) {
    Node* next = head->next;
    std::free(head);
    head = next;
  }
}

}  // namespace

int main(int argc, char** argv) { return run(argc, argv, work); }
