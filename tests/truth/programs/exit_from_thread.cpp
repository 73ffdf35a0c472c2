// A thread ends the program while main waits for it, with the only pointer to a block on its stack.
#include <pthread.h>

#include <cstdlib>

#include "truth.h"

namespace {

void* finish(void*) { std::exit(0); }

}  // namespace

int main(int argc, char** argv) {
  void* volatile block = std::malloc(100);
  if (wants_fixed(argc, argv)) std::free(block);
  std::puts("done");
  pthread_t thread;
  pthread_create(&thread, nullptr, finish, nullptr);
  pthread_join(thread, nullptr);
  return block != nullptr ? 0 : 1;
}
