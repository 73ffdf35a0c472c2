// The objects are gone, but std::make_shared put them in one block with their counts, which weak_ptr still
// needs.
#include <memory>

#include "truth.h"

struct Big {
  char data[100'000];
};

namespace {

[[gnu::used]] std::weak_ptr<Big>* g_observers;

void work(bool fixed) {
  g_observers = new std::weak_ptr<Big>[4];
  for (int i = 0; i < 4; ++i) g_observers[i] = std::make_shared<Big>();
  if (fixed) delete[] g_observers;
}

}  // namespace

int main(int argc, char** argv) { return run(argc, argv, work); }
