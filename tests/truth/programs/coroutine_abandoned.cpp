// A suspended coroutine is dropped: its stack is lost, and with the stack what only that knew.
#include <ucontext.h>

#include <cstdlib>

#include "truth.h"

namespace {

constexpr std::size_t kStackSize = 65'536;

struct Coroutine {
  ucontext_t caller;
  ucontext_t context;
};

void hold_block(unsigned low, unsigned high) {
  auto* self = reinterpret_cast<Coroutine*>(static_cast<unsigned long>(high) << 32 | low);
  void* volatile block = std::malloc(100);
  swapcontext(&self->context, &self->caller);
  std::free(block);
}

void work(bool fixed) {
  auto* coroutine = escape(static_cast<Coroutine*>(std::calloc(1, sizeof(Coroutine))));
  getcontext(&coroutine->context);
  coroutine->context.uc_stack.ss_sp = std::calloc(1, kStackSize);
  coroutine->context.uc_stack.ss_size = kStackSize;
  coroutine->context.uc_link = &coroutine->caller;
  const auto address = reinterpret_cast<unsigned long>(coroutine);
  makecontext(&coroutine->context, reinterpret_cast<void (*)()>(hold_block), 2,
              static_cast<unsigned>(address), static_cast<unsigned>(address >> 32));
  swapcontext(&coroutine->caller, &coroutine->context);
  if (!fixed) return;
  swapcontext(&coroutine->caller, &coroutine->context);
  std::free(coroutine->context.uc_stack.ss_sp);
  std::free(coroutine);
}

}  // namespace

int main(int argc, char** argv) { return run(argc, argv, work); }
