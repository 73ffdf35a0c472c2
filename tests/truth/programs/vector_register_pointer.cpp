// A thread waits in the kernel with the only pointer to a block in a vector register.
#include <linux/futex.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>

#include "truth.h"

namespace {

std::atomic<int> g_waiting;
int g_never = 0;

// Waits for a futex that nobody wakes; of the arguments only the moved one outlives the first instructions.
void* wait_with_pointer(void*) {
  wipe_dead_frames();
  void* block = std::malloc(100);
  asm volatile(
      "movq %[block], %%xmm6\n\t"
      "xorl %%eax, %%eax\n\t"
      "xchgq %%rax, %[block]\n\t"
      "xorl %%eax, %%eax\n\t"
      "movl $1, %[waiting]\n\t"
      "1: movl %[call], %%eax\n\t"
      "xorl %%edx, %%edx\n\t"
      "xorl %%r10d, %%r10d\n\t"
      "syscall\n\t"
      "jmp 1b"
      : [block] "+r"(block), [waiting] "+m"(g_waiting)
      : [call] "i"(SYS_futex), "D"(&g_never), "S"(FUTEX_WAIT_PRIVATE)
      : "rax", "rdx", "rcx", "r10", "r11", "xmm6", "memory");
  return nullptr;
}

void work(bool fixed) {
  if (fixed) return;
  pthread_t thread;
  pthread_create(&thread, nullptr, wait_with_pointer, nullptr);
  while (g_waiting.load() == 0) sched_yield();
  usleep(1000);
}

}  // namespace

int main(int argc, char** argv) { return run(argc, argv, work); }
