// Pairs of objects that own each other.
#include <memory>

#include "truth.h"

struct Node {
  std::shared_ptr<Node> other;
  char payload[64];
};

namespace {

void work(bool fixed) {
  for (int i = 0; i < 100; ++i) {
    auto first = std::make_shared<Node>();
    auto second = std::make_shared<Node>();
    first->other = second;
    second->other = first;
    if (fixed) second->other.reset();
  }
}

}  // namespace

int main(int argc, char** argv) { return run(argc, argv, work); }
