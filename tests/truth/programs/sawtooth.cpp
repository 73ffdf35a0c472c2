// Memory rises and falls, and all of it is freed each time. Nothing is wrong.
#include <memory>
#include <vector>

#include "truth.h"

namespace {

void work(bool) {
  for (int round = 0; round < 8; ++round) {
    std::vector<std::unique_ptr<char[]>> batch;
    for (int i = 0; i < 1'000; ++i) batch.push_back(std::make_unique<char[]>(128));
  }
}

}  // namespace

int main(int argc, char** argv) { return run(argc, argv, work); }
