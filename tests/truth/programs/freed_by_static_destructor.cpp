// Static objects own blocks and free them after main has returned: in use at first, and nothing is left in
// the end.
#include <memory>
#include <vector>

#include "truth.h"

namespace {

std::vector<std::unique_ptr<char[]>> g_blocks;

void work(bool) {
  g_blocks.reserve(100);
  for (int i = 0; i < 100; ++i) g_blocks.push_back(std::make_unique<char[]>(100));
}

}  // namespace

int main(int argc, char** argv) { return run(argc, argv, work); }
