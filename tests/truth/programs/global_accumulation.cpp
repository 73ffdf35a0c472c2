// A global vector owns its storage, but not what its elements point to: all is reachable when main returns,
// and the strings are lost once the destructors of static objects have run.
#include <string>
#include <vector>

#include "truth.h"

namespace {

[[gnu::used]] std::vector<std::string*> g_names;

void work(bool fixed) {
  for (int i = 0; i < 5'000; ++i) g_names.push_back(new std::string(40, 'n'));
  if (!fixed) return;
  for (std::string* name : g_names) delete name;
  g_names.clear();
  g_names.shrink_to_fit();
}

}  // namespace

int main(int argc, char** argv) { return run(argc, argv, work); }
