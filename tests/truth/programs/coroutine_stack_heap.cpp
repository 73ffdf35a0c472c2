// A coroutine is suspended with the only pointer to a block on its stack, which is a block of the heap.
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
  g_coroutine.uc_stack.ss_sp = std::malloc(kStackSize);
  g_coroutine.uc_stack.ss_size = kStackSize;
  g_coroutine.uc_link = &g_main;
  makecontext(&g_coroutine, hold_block, 0);
  swapcontext(&g_main, &g_coroutine);
  if (!fixed) return;
  swapcontext(&g_main, &g_coroutine);
  std::free(g_coroutine.uc_stack.ss_sp);
}

}  // namespace

int main(int argc, char** argv) { return run(argc, argv, work); }
