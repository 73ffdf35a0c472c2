// Objects own each other, and a lost block owns one of them besides: the cycle alone would not keep them
// alive, and to cut it would not help.
#include <memory>

#include "truth.h"

struct Node {
  std::shared_ptr<Node> other;
  char payload[64];
};

struct Owner {
  std::shared_ptr<Node> node;
  char payload[100];
};

namespace {

void work(bool fixed) {
  Owner* owner = escape(new Owner);
  owner->node = std::make_shared<Node>();
  owner->node->other = std::make_shared<Node>();
  owner->node->other->other = owner->node;
  if (!fixed) return;
  owner->node->other.reset();
  delete owner;
}

}  // namespace

int main(int argc, char** argv) { return run(argc, argv, work); }
