// Prints the return address of a call that sits in an inlined function, as the file's own address, and the
// lines that symbolizing it must give: "ADDRESS INNER_LINE OUTER_LINE". Then, of variables that the rest of
// the program only declares, the file's own address of one, and how far below the thread pointer a
// thread-local one is.
#include <link.h>

#include <cstdint>
#include <cstdio>

namespace {

int first_load_bias(dl_phdr_info* info, std::size_t, void* bias) {
  *static_cast<std::uintptr_t*>(bias) = info->dlpi_addr;
  return 1;  // the program itself comes first
}

}  // namespace

namespace shop {

extern int g_inner_line;
int g_inner_line = 0;
extern thread_local int t_calls[4];
thread_local int t_calls[4] = {};

__attribute__((noinline)) void print_caller(int outer_line) {
  std::uintptr_t bias = 0;
  dl_iterate_phdr(first_load_bias, &bias);
  const auto address = reinterpret_cast<std::uintptr_t>(__builtin_return_address(0)) - bias;
  std::printf("%lx %d %d\n", static_cast<unsigned long>(address), g_inner_line, outer_line);
  std::uintptr_t thread_pointer = 0;
#if defined(__x86_64__)
  asm("mov %%fs:0, %0" : "=r"(thread_pointer));
#endif
  std::printf("%lx %lx\n", static_cast<unsigned long>(reinterpret_cast<std::uintptr_t>(&g_inner_line) - bias),
              static_cast<unsigned long>(thread_pointer - reinterpret_cast<std::uintptr_t>(t_calls)));
}

template <class Item>
__attribute__((always_inline)) inline void record(Item, int outer_line) {
  g_inner_line = __LINE__ + 1;
  print_caller(outer_line);
  asm volatile("");  // no tail call
}

struct Cart {
  __attribute__((noinline)) void add(int item);
};

void Cart::add(int item) {
  record(item, __LINE__);
  asm volatile("");
}

}  // namespace shop

int main() { shop::Cart().add(1); }
