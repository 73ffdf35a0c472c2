// Blocks that go back to other functions than they came from: mismatched_free leak|fixed. What is wrong here
// is harmless with glibc's allocator, which does not keep its families apart.
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <string>
#include <vector>

namespace {

template <class T>
[[gnu::noinline]] T* escape(T* pointer) {
  asm volatile("" : "+r"(pointer) : : "memory");
  return pointer;
}

[[gnu::noinline]] char* copy_name() { return escape(strdup("a name")); }
[[gnu::noinline]] int* make_scores() { return escape(new int[16]); }
[[gnu::noinline]] long* make_total() { return escape(new long(0)); }
[[gnu::noinline]] char* make_line() { return escape(new char[80]); }

// Looks odd and is right.
void pair_rightly() {
  struct alignas(64) Wide {
    char bytes[64];
  };
  delete escape(new Wide);
  delete[] escape(new Wide[3]);
  ::operator delete (escape(::operator new(100)), std::size_t{100});
  ::operator delete(escape(::operator new(100, std::nothrow)), std::nothrow);
  std::free(escape(std::aligned_alloc(64, 128)));
  void* block = nullptr;
  if (posix_memalign(&block, 64, 100) == 0) std::free(escape(block));
  block = std::realloc(escape(std::calloc(3, 30)), 1000);
  std::free(std::realloc(escape(block), 20));
  std::vector<std::string>{std::string(100, 'a'), std::string(200, 'b')};
  escape(std::make_shared<long>(1).get());
}

void work(bool fixed) {
  for (int i = 0; i != 30; ++i) {
    char* name = copy_name();
    int* scores = make_scores();
    long* total = make_total();
    char* line = make_line();
    pair_rightly();
    if (fixed) {
      std::free(name);
      delete[] scores;
      delete total;
      delete[] line;
    } else {
      ::operator delete(name);
      ::operator delete(scores);
      std::free(total);
      std::free(std::realloc(static_cast<void*>(line), 300));
    }
  }
}

}  // namespace

int main(int argc, char** argv) { work(argc > 1 && std::strcmp(argv[1], "fixed") == 0); }
