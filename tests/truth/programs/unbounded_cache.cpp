// A cache that nobody empties: everything is still reachable, and it only grows.
#include <string>
#include <unordered_map>

#include "truth.h"

namespace {

std::unordered_map<int, std::string>* g_cache;

void work(bool fixed) {
  g_cache = new std::unordered_map<int, std::string>;
  for (int key = 0; key < 10'000; ++key) g_cache->emplace(key, std::string(100, 'v'));
  if (fixed) delete g_cache;
}

}  // namespace

int main(int argc, char** argv) { return run(argc, argv, work); }
