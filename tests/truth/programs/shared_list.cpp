// A list linked by shared_ptr in both directions: ten nodes in one cycle.
#include <memory>

#include "truth.h"

struct Item {
  std::shared_ptr<Item> next;
  std::shared_ptr<Item> previous;
  long value = 0;
};

namespace {

void work(bool fixed) {
  auto head = std::make_shared<Item>();
  auto tail = head;
  for (long i = 1; i < 10; ++i) {
    tail->next = std::make_shared<Item>();
    tail->next->previous = tail;
    tail = tail->next;
    tail->value = i;
  }
  for (auto item = head; fixed && item != nullptr; item = item->next) item->previous.reset();
}

}  // namespace

int main(int argc, char** argv) { return run(argc, argv, work); }
