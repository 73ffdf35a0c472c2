// Prints the return address of a call that sits in an inlined function, as the file's own address, and the lines
// that symbolizing it must give: "ADDRESS INNER_LINE OUTER_LINE".
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

int g_inner_line = 0;

__attribute__((noinline)) void print_caller(int outer_line) {
  std::uintptr_t bias = 0;
  dl_iterate_phdr(first_load_bias, &bias);
  const auto address = reinterpret_cast<std::uintptr_t>(__builtin_return_address(0)) - bias;
  std::printf("%lx %d %d\n", static_cast<unsigned long>(address), g_inner_line, outer_line);
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
