// The thread whose stack held the only pointers is gone.
#include <pthread.h>
#include <cstdlib>

#include "truth.h"

namespace {

void* hold_and_end(void* fixed) {
  void* volatile blocks[10];
  for (void* volatile& block : blocks) block = std::malloc(100);
  if (fixed == nullptr) return nullptr;
  for (void* volatile& block : blocks) std::free(block);
  return nullptr;
}

void work(bool fixed) {
  pthread_t thread;
  pthread_create(&thread, nullptr, hold_and_end, fixed ? &thread : nullptr);
  pthread_join(thread, nullptr);
}

}  // namespace

int main(int argc, char** argv) { return run(argc, argv, work); }
