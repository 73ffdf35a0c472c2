// A coroutine is suspended with the only pointer to a block on its stack, which is a mapping.
#include <sys/mman.h>
#include <ucontext.h>

#include <cstdlib>

#include "truth.h"

namespace {

constexpr std::size_t kStackSize = 65'536;
ucontext_t g_main;
ucontext_t g_coroutine;

void hold_block() {
  void* volatile block = std::malloc(100);
  swapcontext(&g_coroutine, &g_main);
  std::free(block);
}

void work(bool fixed) {
  getcontext(&g_coroutine);
  g_coroutine.uc_stack.ss_sp =
      mmap(nullptr, kStackSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  g_coroutine.uc_stack.ss_size = kStackSize;
  g_coroutine.uc_link = &g_main;
  makecontext(&g_coroutine, hold_block, 0);
  swapcontext(&g_main, &g_coroutine);
  if (!fixed) return;
  swapcontext(&g_main, &g_coroutine);
  munmap(g_coroutine.uc_stack.ss_sp, kStackSize);
}

}  // namespace

int main(int argc, char** argv) { return run(argc, argv, work); }
