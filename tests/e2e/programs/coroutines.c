// 100 coroutines on stacks of their own (makecontext), switched in turn while each allocates.
#include <ucontext.h>

#include "known.h"

enum { kCoroutines = 100, kStackBytes = 64 << 10, kRounds = 5 };
static ucontext_t g_scheduler;
static ucontext_t g_contexts[kCoroutines];

DEFINE_LEAK(leak_in_coroutine)

static void body(int index) {
  for (int round = 0; round < kRounds; ++round) {
    leak_in_coroutine(1, 248);
    churn(3, 100);
    swapcontext(&g_contexts[index], &g_scheduler);
  }
}

int main(void) {
  for (int i = 0; i < kCoroutines; ++i) {
    getcontext(&g_contexts[i]);
    g_contexts[i].uc_stack.ss_sp = malloc(kStackBytes);
    g_contexts[i].uc_stack.ss_size = kStackBytes;
    g_contexts[i].uc_link = &g_scheduler;
    makecontext(&g_contexts[i], (void (*)(void))body, 1, i);
  }
  for (int round = 0; round <= kRounds; ++round) {
    for (int i = 0; i < kCoroutines; ++i) swapcontext(&g_scheduler, &g_contexts[i]);
  }
  for (int i = 0; i < kCoroutines; ++i) free(g_contexts[i].uc_stack.ss_sp);
  puts("all done");
  return 0;
}
