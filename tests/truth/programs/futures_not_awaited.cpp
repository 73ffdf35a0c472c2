// Tasks are put off until somebody asks for their result, and nobody does.
#include <future>
#include <vector>

#include "truth.h"

namespace {

[[gnu::used]] std::vector<std::future<int>>* g_results;

void work(bool fixed) {
  g_results = new std::vector<std::future<int>>;
  g_results->reserve(200);
  for (int i = 0; i < 200; ++i) g_results->push_back(std::async(std::launch::deferred, [] { return 1; }));
  if (fixed) delete g_results;
}

}  // namespace

int main(int argc, char** argv) { return run(argc, argv, work); }
