// Frames of suspended coroutines: one is known to a global handle, ten are dropped.
#include <coroutine>
#include <exception>

#include "truth.h"

namespace {

struct Task {
  struct promise_type {
    Task get_return_object() { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }
    void* operator new(std::size_t) { return ::operator new(256); }  // frames of one size for all compilers
    void operator delete(void* frame) { ::operator delete(frame); }
  };
  std::coroutine_handle<promise_type> handle;
};

Task wait_forever() { co_await std::suspend_always{}; }

[[gnu::used]] std::coroutine_handle<> g_known;

void work(bool fixed) {
  for (int i = 0; i < 11; ++i) {
    const Task task = wait_forever();
    task.handle.resume();
    if (fixed) {
      task.handle.destroy();
    } else if (i == 5) {
      g_known = task.handle;
    }
  }
}

}  // namespace

int main(int argc, char** argv) { return run(argc, argv, work); }
