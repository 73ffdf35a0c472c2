// Objects own the next by unique_ptr, 1,000 long, and the first is lost with its vector of owners.
#include <memory>
#include <vector>

#include "truth.h"

struct Stage {
  virtual ~Stage() = default;
  std::unique_ptr<Stage> next;
};

namespace {

void work(bool fixed) {
  auto* owners = escape(new std::vector<std::unique_ptr<Stage>>(4));
  for (std::unique_ptr<Stage>& owner : *owners) {
    std::unique_ptr<Stage>* end = &owner;
    for (int i = 0; i < 1'000; ++i) {
      *end = std::make_unique<Stage>();
      end = &(*end)->next;
    }
  }
  if (fixed) delete owners;
}

}  // namespace

int main(int argc, char** argv) { return run(argc, argv, work); }
