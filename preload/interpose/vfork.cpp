// vfork: its child runs on this thread's memory until exec, and must not write its closes and dup2s into our
// trace as the parent's. It returns twice on one stack frame, so it cannot be a function that calls the C
// library's: this is the system call itself, with the return address kept in a register as the C library
// does.
#include <cerrno>

#include "interpose/real_functions.h"
#include "record/resource_recorder.h"

#if defined(__x86_64__)

namespace leak::hook {

extern "C" __attribute__((visibility("hidden"), used)) void leakhook_after_vfork(int pid) noexcept {
  if (pid == 0) {
    enter_vfork_child();
  } else {
    leave_vfork_child();
  }
}

extern "C" __attribute__((visibility("hidden"), used)) int leakhook_failed_vfork(int error) noexcept {
  errno = error;
  return -1;
}

}  // namespace leak::hook

__asm__(
    ".text\n.globl vfork\n.type vfork, @function\nvfork:\n"
    ".cfi_startproc\nendbr64\n"
    "pop %rdi\n.cfi_adjust_cfa_offset -8\n.cfi_register %rip, %rdi\n"
    "mov $58, %eax\n"  // SYS_vfork, which preserves rdi
    "syscall\n"
    "push %rdi\n.cfi_adjust_cfa_offset 8\n.cfi_rel_offset %rip, 0\n"
    "push %rax\n.cfi_adjust_cfa_offset 8\n"  // aligns the stack, too
    "mov %eax, %edi\n"
    "cmp $-4095, %rax\n"
    "jae 1f\n"
    "call leakhook_after_vfork\n"
    "pop %rax\n.cfi_adjust_cfa_offset -8\n"
    "ret\n"
    "1: neg %edi\n"
    ".cfi_adjust_cfa_offset 8\n"
    "call leakhook_failed_vfork\n"
    "add $8, %rsp\n.cfi_adjust_cfa_offset -8\n"
    "ret\n"
    ".cfi_endproc\n.size vfork, .-vfork\n");

#endif
