// A function object captures the shared_ptr that owns it, in order to call itself.
#include <functional>
#include <memory>

#include "truth.h"

namespace {

void work(bool fixed) {
  for (int i = 0; i < 4; ++i) {
    auto count_down = std::make_shared<std::function<void(int)>>();
    *count_down = [count_down](int n) {
      if (n > 0) (*count_down)(n - 1);
    };
    (*count_down)(3);
    if (fixed) *count_down = nullptr;
  }
}

}  // namespace

int main(int argc, char** argv) { return run(argc, argv, work); }
