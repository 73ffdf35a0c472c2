// Tables are built when the program starts, and requests need memory only for a moment. Nothing is wrong.
#include <memory>
#include <vector>

#include "truth.h"

namespace {

void work(bool) {
  std::vector<std::unique_ptr<char[]>> tables;
  for (int i = 0; i < 100; ++i) tables.push_back(std::make_unique<char[]>(1'000));
  for (int request = 0; request < 20'000; ++request) escape(std::make_unique<char[]>(512).get());
}

}  // namespace

int main(int argc, char** argv) { return run(argc, argv, work); }
