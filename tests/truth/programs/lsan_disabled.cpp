// The program says of what a thread allocates for a while that it shall not be reported.
#include <cstdlib>
#include <thread>

#include "lsan_interface.h"
#include "truth.h"

namespace {

void lose(std::size_t size) { escape(std::malloc(size)); }

void disable() {
  if (__lsan_disable != nullptr) __lsan_disable();
}

void enable() {
  if (__lsan_enable != nullptr) __lsan_enable();
}

void work(bool fixed) {
  if (!fixed) lose(1);
  disable();
  lose(10);
  disable();
  lose(20);
  enable();
  lose(30);
  std::thread([fixed] {
    if (!fixed) lose(2);
  }).join();
  enable();
  if (!fixed) lose(4);
}

}  // namespace

int main(int argc, char** argv) { return run(argc, argv, work); }
