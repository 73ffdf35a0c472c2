// Lists and trees link their nodes in rings. That is how they are built, not why they leak.
#include <list>
#include <map>

#include "truth.h"

namespace {

void work(bool fixed) {
  for (int i = 0; i < 3; ++i) {
    auto* list = escape(new std::list<int>{1, 2, 3, 4});
    auto* map = escape(new std::map<int, int>{{1, 1}, {2, 2}, {3, 3}});
    if (!fixed) continue;
    delete list;
    delete map;
  }
}

}  // namespace

int main(int argc, char** argv) { return run(argc, argv, work); }
