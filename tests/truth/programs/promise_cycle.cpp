// A task keeps its continuation, which keeps the task and its result.
#include <functional>
#include <future>
#include <memory>

#include "truth.h"

struct Task {
  std::promise<int> done;
  std::function<void()> then;
  long id = 0;
  long priority = 0;
};

namespace {

void work(bool fixed) {
  for (long i = 0; i < 5; ++i) {
    auto task = std::make_shared<Task>();
    task->id = i;
    task->then = [task, result = task->done.get_future().share()] { task->priority = result.get(); };
    task->done.set_value(1);
    task->then();
    if (fixed) task->then = nullptr;
  }
}

}  // namespace

int main(int argc, char** argv) { return run(argc, argv, work); }
