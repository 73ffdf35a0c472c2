// Only the kernel knows the block: it is the alternate signal stack.
#include <csignal>
#include <cstdlib>

#include "truth.h"

namespace {

void work(bool fixed) {
  stack_t stack{};
  stack.ss_size = 65'536;
  stack.ss_sp = std::malloc(stack.ss_size);
  sigaltstack(&stack, nullptr);
  if (!fixed) return;
  void* block = stack.ss_sp;
  stack = {};
  stack.ss_flags = SS_DISABLE;
  sigaltstack(&stack, nullptr);
  std::free(block);
}

}  // namespace

int main(int argc, char** argv) { return run(argc, argv, work); }
