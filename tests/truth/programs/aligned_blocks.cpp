// Lost blocks of every aligned kind.
#include <cstdlib>
#include <new>

#include "truth.h"

namespace {

struct alignas(256) Page {
  char data[256];
};

void work(bool fixed) {
  void* posix = nullptr;
  if (posix_memalign(&posix, 4'096, 1'000) != 0) std::abort();
  escape(posix);
  void* aligned = escape(std::aligned_alloc(64, 640));
  Page* page = escape(new Page);
  if (!fixed) return;
  std::free(posix);
  std::free(aligned);
  delete page;
}

}  // namespace

int main(int argc, char** argv) { return run(argc, argv, work); }
