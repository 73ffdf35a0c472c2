// The C library's functions that print a message and end the program: they call its own exit(), past ours, so the
// view before the destructors is taken at their entry. The stubs keep every register: what follows the message's
// text may be anything.
#include <dlfcn.h>

#include <cstdint>
#include <cstring>

#include "interpose/real_functions.h"
#include "snapshot/exit_views.h"

#if defined(__x86_64__)

extern "C" unsigned error_one_per_line;  // of the C library; the program may have a copy that counts

namespace leak::hook {
namespace {

// A library of the program's may have another function of such a name.
bool is_of_the_c_library(const void* function) noexcept {
  Dl_info info, of_exit;
  return dladdr(function, &info) != 0 && dladdr(next_symbol("exit"), &of_exit) != 0 &&
         info.dli_fbase == of_exit.dli_fbase;
}

// error() and error_at_line() return after a status of 0; the latter also after a message that it does not repeat.
bool will_exit(const char* name, int status) noexcept {
  if (std::strncmp(name, "error", 5) != 0) return true;
  const bool may_return = std::strcmp(name, "error_at_line") == 0 && error_one_per_line != 0;
  return status != 0 && !may_return;
}

}  // namespace

// The function to go on with. `saved`: six words, in the order of user_regs_struct.
extern "C" __attribute__((visibility("hidden"), used)) void* leakhook_error_exit_entry(
    const char* name, int status, std::uintptr_t stack_pointer, const std::uint64_t* saved) noexcept {
  void* const real = next_symbol(name);
  if (wants_exit_views() && will_exit(name, status) && is_of_the_c_library(real)) {
    take_first_exit_view(stack_pointer, saved);
  }
  return real;
}

}  // namespace leak::hook

// On entry the stack is 8 off a multiple of 16. The seven registers that may hold arguments (al: how many are in
// vector registers) put that right; the six that are the caller's follow, as the view wants them; then the vectors.
__asm__(
    ".text\n"
    ".macro LEAKHOOK_ERROR_EXIT name\n"
    ".globl \\name\n.type \\name, @function\n\\name:\n"
    ".cfi_startproc\nendbr64\n"
    ".irp register, rdi, rsi, rdx, rcx, r8, r9, rax, rbx, rbp, r12, r13, r14, r15\n"
    "push %\\register\n.cfi_adjust_cfa_offset 8\n"
    ".endr\n"
    "sub $128, %rsp\n.cfi_adjust_cfa_offset 128\n"
    ".irp number, 0, 1, 2, 3, 4, 5, 6, 7\n"
    "movaps %xmm\\number, 16*\\number(%rsp)\n"
    ".endr\n"
    "mov %edi, %esi\n"
    "lea 1f(%rip), %rdi\n"
    "lea 240(%rsp), %rdx\n"
    "lea 128(%rsp), %rcx\n"
    "call leakhook_error_exit_entry\n"
    "mov %rax, %r11\n"
    ".irp number, 0, 1, 2, 3, 4, 5, 6, 7\n"
    "movaps 16*\\number(%rsp), %xmm\\number\n"
    ".endr\n"
    "add $176, %rsp\n.cfi_adjust_cfa_offset -176\n"
    ".irp register, rax, r9, r8, rcx, rdx, rsi, rdi\n"
    "pop %\\register\n.cfi_adjust_cfa_offset -8\n"
    ".endr\n"
    "jmp *%r11\n"
    ".cfi_endproc\n.size \\name, .-\\name\n"
    ".pushsection .rodata.str1.1,\"aMS\",@progbits,1\n"
    "1: .asciz \"\\name\"\n"
    ".popsection\n"
    ".endm\n"
    "LEAKHOOK_ERROR_EXIT err\n"
    "LEAKHOOK_ERROR_EXIT errx\n"
    "LEAKHOOK_ERROR_EXIT verr\n"
    "LEAKHOOK_ERROR_EXIT verrx\n"
    "LEAKHOOK_ERROR_EXIT error\n"
    "LEAKHOOK_ERROR_EXIT error_at_line\n"
    ".purgem LEAKHOOK_ERROR_EXIT\n");

#endif
