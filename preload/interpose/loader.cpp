// dlopen, dlmopen and dlclose: code is about to change, so everything derived from code addresses is void. Each jumps
// on to the real function with the stack untouched: the loader looks at the return address to know who asks
// (RUNPATH, namespace), and that must stay the program.
//
// The generation is bumped before the change. That is enough: a closed library's code is on nobody's stack any
// more, and an opened one's addresses are unknown until someone runs there, which makes them looked up.
#include <dlfcn.h>

#include <cstdint>

#include "interpose/real_functions.h"
#include "record/pc_table.h"

namespace leak::hook {

// Called by the entry points below with all argument registers saved. Returns where to jump.
extern "C" __attribute__((visibility("hidden"), used)) void* leakhook_loader_entry(std::uint32_t which) noexcept {
  static constinit void* next[3] = {};
  static constexpr const char* kNames[3] = {"dlopen", "dlmopen", "dlclose"};
  g_code_generation.fetch_add(1, std::memory_order_acq_rel);  // pairs with code_generation()
  if (next[which] == nullptr) next[which] = next_symbol(kNames[which]);
  return next[which];
}

}  // namespace leak::hook

#if defined(__x86_64__)
// Arguments: at most rdi, rsi, rdx. Three pushes keep the stack aligned for the call.
#define LEAKHOOK_LOADER_ENTRY(name, number)      \
  __asm__(".text\n.globl " name "\n.type " name ", @function\n" name ":\n" \
          ".cfi_startproc\nendbr64\n"            \
          "push %rdi\n.cfi_adjust_cfa_offset 8\n" \
          "push %rsi\n.cfi_adjust_cfa_offset 8\n" \
          "push %rdx\n.cfi_adjust_cfa_offset 8\n" \
          "mov $" number ", %edi\n"              \
          "call leakhook_loader_entry\n"         \
          "pop %rdx\n.cfi_adjust_cfa_offset -8\n" \
          "pop %rsi\n.cfi_adjust_cfa_offset -8\n" \
          "pop %rdi\n.cfi_adjust_cfa_offset -8\n" \
          "jmp *%rax\n"                          \
          ".cfi_endproc\n.size " name ", .-" name "\n")
LEAKHOOK_LOADER_ENTRY("dlopen", "0");
LEAKHOOK_LOADER_ENTRY("dlmopen", "1");
LEAKHOOK_LOADER_ENTRY("dlclose", "2");
#endif
