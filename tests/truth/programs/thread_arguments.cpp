// Threads are started with arguments, and the program ends before most of them have run: whether a thread
// has begun or not, its argument is in use.
#include <pthread.h>
#include <unistd.h>
#include <cstdlib>

#include "truth.h"

namespace {

void* wait_with_argument(void* argument) {
  void* volatile kept = argument;
  for (;;) pause();
  return kept;
}

void work(bool fixed) {
  if (fixed) return;
  for (int i = 0; i < 32; ++i) {
    pthread_t thread;
    pthread_create(&thread, nullptr, wait_with_argument, std::calloc(1, 100));
  }
}

}  // namespace

int main(int argc, char** argv) { return run(argc, argv, work); }
