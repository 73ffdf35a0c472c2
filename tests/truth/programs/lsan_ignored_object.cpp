// The program says of a block that it shall not be reported, nor what only that holds. The address is used
// again for blocks of which it said nothing.
#include <cstdlib>

#include "lsan_interface.h"
#include "truth.h"

namespace {

void work(bool fixed) {
  void* earlier = escape(std::malloc(100));
  if (__lsan_ignore_object != nullptr) __lsan_ignore_object(earlier);
  std::free(earlier);
  void* lost = escape(std::malloc(100));
  void** ignored = static_cast<void**>(escape(std::calloc(1, 200)));
  ignored[3] = std::malloc(50);
  if (__lsan_ignore_object != nullptr) __lsan_ignore_object(ignored);
  escape(ignored);
  if (fixed) std::free(lost);
}

}  // namespace

int main(int argc, char** argv) { return run(argc, argv, work); }
