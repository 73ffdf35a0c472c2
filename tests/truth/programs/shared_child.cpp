// Two lost blocks know a third, which knows a fourth.
#include <cstdlib>
#include <initializer_list>

#include "truth.h"

namespace {

void** allocate() { return static_cast<void**>(escape(std::calloc(1, 100))); }

void work(bool fixed) {
  void** first = allocate();
  void** second = allocate();
  void** child = allocate();
  void** grandchild = allocate();
  first[0] = second[1] = child;
  child[5] = grandchild;
  escape(first);
  escape(second);
  if (!fixed) return;
  for (void** block : {first, second, child, grandchild}) std::free(block);
}

}  // namespace

int main(int argc, char** argv) { return run(argc, argv, work); }
