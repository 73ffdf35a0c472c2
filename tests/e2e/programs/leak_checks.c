// Asks for leak checks as programs do that were written for LeakSanitizer. A block is lost at the first check
// and found again before the second.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

__attribute__((weak)) int __lsan_do_recoverable_leak_check(void);
__attribute__((weak)) void __lsan_do_leak_check(void);
__attribute__((weak)) void __lsan_enable(void);

static uintptr_t g_disguised;
static void* g_block;

__attribute__((noinline)) static void allocate_in_disguise(void) { g_disguised = ~(uintptr_t)malloc(1234); }

__attribute__((noinline)) static void wipe_stack(void) {
  char below[32768];
  memset(below, 0, sizeof below);
  __asm__ volatile("" : : "r"(below) : "memory");
}

int main(void) {
  allocate_in_disguise();
  wipe_stack();
  if (__lsan_enable) __lsan_enable();  // one too many
  printf("%d\n", __lsan_do_recoverable_leak_check ? __lsan_do_recoverable_leak_check() : 0);
  g_block = (void*)~g_disguised;
  if (__lsan_do_leak_check) __lsan_do_leak_check();
  free(g_block);
  return 0;
}
