#include "unit/record/hand_made_code.h"

#include <sys/mman.h>

#include <cstring>

#define FUNCTION(name, body)                                                                          \
  __asm__(".text\n.globl " #name "\n.type " #name ",@function\n" #name ":\n" body "\n.size " #name \
          ",.-" #name "\n")
#define CALL(name) "call *%rdi\n.globl " #name "_site\n" #name "_site:\n"

FUNCTION(call_plain,
         ".cfi_startproc\n sub $40,%rsp\n .cfi_def_cfa_offset 48\n" CALL(call_plain)
         "add $40,%rsp\n .cfi_def_cfa_offset 8\n ret\n .cfi_endproc");

FUNCTION(call_framed,
         ".cfi_startproc\n push %rbp\n .cfi_def_cfa_offset 16\n .cfi_offset %rbp,-16\n mov %rsp,%rbp\n"
         ".cfi_def_cfa_register %rbp\n sub $64,%rsp\n" CALL(call_framed)
         "leave\n .cfi_def_cfa %rsp,8\n ret\n .cfi_endproc");

// What gcc makes of over-aligned locals: r10 holds the CFA, its copy is stored at rbp-8.
FUNCTION(call_realigned,
         ".cfi_startproc\n lea 8(%rsp),%r10\n .cfi_def_cfa %r10,0\n and $-64,%rsp\n push -8(%r10)\n"
         "push %rbp\n mov %rsp,%rbp\n .cfi_escape 0x10,6,2,0x76,0\n push %r10\n"
         ".cfi_escape 0x0f,3,0x76,0x78,0x06\n sub $56,%rsp\n" CALL(call_realigned)
         "add $56,%rsp\n pop %r10\n .cfi_def_cfa %r10,0\n pop %rbp\n .cfi_same_value %rbp\n"
         "lea -8(%r10),%rsp\n .cfi_def_cfa %rsp,8\n ret\n .cfi_endproc");

FUNCTION(call_through_rbx,
         ".cfi_startproc\n push %rbx\n .cfi_def_cfa_offset 16\n .cfi_offset %rbx,-16\n mov %rsp,%rbx\n"
         ".cfi_def_cfa_register %rbx\n and $-64,%rsp\n sub $128,%rsp\n" CALL(call_through_rbx)
         "mov %rbx,%rsp\n .cfi_def_cfa_register %rsp\n pop %rbx\n .cfi_def_cfa_offset 8\n ret\n .cfi_endproc");

// CFA = *(rsp + 32) + 16
FUNCTION(call_by_expression,
         ".cfi_startproc\n lea -8(%rsp),%rax\n sub $56,%rsp\n .cfi_def_cfa_offset 64\n mov %rax,32(%rsp)\n"
         ".cfi_escape 0x0f,5,0x77,32,0x06,0x23,16\n" CALL(call_by_expression)
         "add $56,%rsp\n .cfi_def_cfa %rsp,8\n ret\n .cfi_endproc");

FUNCTION(call_without_cfi, "push %rbp\n mov %rsp,%rbp\n sub $32,%rsp\n" CALL(call_without_cfi) "leave\n ret");

FUNCTION(call_without_frame, "sub $24,%rsp\n" CALL(call_without_frame) "add $24,%rsp\n ret");

// Right behind it stands a function with another frame size: a lookup of the return address would find that.
FUNCTION(call_at_end,
         ".cfi_startproc\n sub $88,%rsp\n .cfi_def_cfa_offset 96\n" CALL(call_at_end) ".cfi_endproc\n"
         ".cfi_startproc\n push %rax\n .cfi_def_cfa_offset 16\n ud2\n .cfi_endproc");

FUNCTION(call_remembering,
         ".cfi_startproc\n push %rbx\n .cfi_def_cfa_offset 16\n .cfi_offset %rbx,-16\n push %rbp\n"
         ".cfi_def_cfa_offset 24\n .cfi_offset %rbp,-24\n .cfi_remember_state\n sub $56,%rsp\n"
         ".cfi_def_cfa_offset 80\n test %rdi,%rdi\n jne 1f\n add $56,%rsp\n .cfi_def_cfa_offset 24\n pop %rbp\n"
         ".cfi_restore %rbp\n .cfi_def_cfa_offset 16\n pop %rbx\n .cfi_def_cfa_offset 8\n ret\n 1:\n"
         ".cfi_restore_state\n .cfi_def_cfa_offset 80\n" CALL(call_remembering)
         "add $56,%rsp\n .cfi_def_cfa_offset 24\n pop %rbp\n .cfi_restore %rbp\n .cfi_def_cfa_offset 16\n"
         "pop %rbx\n .cfi_def_cfa_offset 8\n ret\n .cfi_endproc");

FUNCTION(call_clobbering_bp,
         ".cfi_startproc\n push %rbp\n .cfi_def_cfa_offset 16\n .cfi_offset %rbp,-16\n mov $0x123456789,%rbp\n"
         CALL(call_clobbering_bp) "pop %rbp\n .cfi_restore %rbp\n .cfi_def_cfa_offset 8\n ret\n .cfi_endproc");

namespace leak::test {

HandMadeFunction* make_jitted() {
  static const unsigned char kCode[] = {0x55, 0x48, 0x89, 0xe5,              // push %rbp; mov %rsp,%rbp
                                        0x48, 0x83, 0xec, 0x20, 0xff, 0xd7,  // sub $32,%rsp; call *%rdi
                                        0xc9, 0xc3};                         // leave; ret
  void* const memory = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return nullptr;
  std::memcpy(static_cast<char*>(memory) + 64, kCode, sizeof(kCode));
  mprotect(memory, 4096, PROT_READ | PROT_EXEC);
  return reinterpret_cast<HandMadeFunction*>(static_cast<char*>(memory) + 64);
}

}  // namespace leak::test
