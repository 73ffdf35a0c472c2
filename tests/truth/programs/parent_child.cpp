// Children own their parent, which owns them.
#include <memory>
#include <vector>

#include "truth.h"

struct Child;

struct Parent {
  virtual ~Parent() = default;
  std::vector<std::shared_ptr<Child>> children;
};

struct Child {
  virtual ~Child() = default;
  std::shared_ptr<Parent> parent;
  char payload[40];
};

namespace {

void work(bool fixed) {
  std::shared_ptr<Parent> parent(new Parent);
  parent->children.reserve(3);
  for (int i = 0; i < 3; ++i) {
    auto child = std::make_shared<Child>();
    child->parent = parent;
    parent->children.push_back(std::move(child));
  }
  if (fixed) parent->children.clear();
}

}  // namespace

int main(int argc, char** argv) { return run(argc, argv, work); }
