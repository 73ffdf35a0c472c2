// Where the program ends or asks for a graph: the stack pointer and the callee-saved registers are taken at the very
// entry, before our own code moves them. What lies below is dead: a pointer left there must not keep a block alive.
#include <cstdint>
#include <cstdlib>

#include "interpose/real_functions.h"
#include "record/hook_scope.h"
#include "record/recorder.h"
#include "snapshot/exit_views.h"

namespace leak::hook {
namespace {

using MainFunction = int (*)(int, char**, char**);
using StartFunction = int (*)(MainFunction, int, char**, void (*)(), void (*)(), void (*)(), void*);
constinit MainFunction g_program_main = nullptr;

// The C library calls its own exit() in places that no hook sees: the last thread's pthread_exit, argp's messages.
// The handler runs before those of the program that are older than main, static destructors among them.
void at_unseen_exit() {
  take_first_exit_view(reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0)), nullptr);
}

// Between the C library's start-up code and main, so that main's return is seen before any destructor runs.
int run_main(int argc, char** argv, char** environment) {
  std::atexit(at_unseen_exit);
  const int status = g_program_main(argc, argv, environment);
  // Of our own frame nothing is the program's: saved frame pointer and return address end it.
  constexpr std::uintptr_t kFrameEnd = 2 * sizeof(std::uintptr_t);
  take_first_exit_view(reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0)) + kFrameEnd, nullptr);
  return status;
}

}  // namespace

// `saved`: six words, in the order of user_regs_struct.
extern "C" __attribute__((visibility("hidden"), used)) void* leakhook_exit_entry(
    std::uintptr_t stack_pointer, const std::uint64_t* saved) noexcept {
  take_first_exit_view(stack_pointer, saved);
  return next_symbol("exit");
}

extern "C" __attribute__((visibility("hidden"), used)) int leakhook_graph_entry(
    const char* label, std::uintptr_t stack_pointer, const std::uint64_t* saved) noexcept {
  const HookScope scope(LEAKHOOK_FRAME());
  if (scope.nested()) return 0;
  record_marker(scope, trace::MarkerKind::kSnapshot, label);
  return take_labelled_view(label, stack_pointer, saved) ? 1 : 0;
}

}  // namespace leak::hook

extern "C" LEAKHOOK_EXPORT int __libc_start_main(leak::hook::MainFunction main, int argc, char** argv,
                                                 void (*init)(), void (*fini)(), void (*loader_fini)(),
                                                 void* stack_end) {
  const auto real =
      reinterpret_cast<leak::hook::StartFunction>(leak::hook::next_symbol("__libc_start_main"));
  if (leak::hook::wants_exit_views()) {
    leak::hook::g_program_main = main;
    main = leak::hook::run_main;
  }
  return real(main, argc, argv, init, fini, loader_fini, stack_end);
}

#if defined(__x86_64__)
// On entry the stack is 8 off a multiple of 16. Seven pushes put that right, and the last six are the registers.
#define LEAKHOOK_SAVE_REGISTERS                 \
  "push %rbx\n.cfi_adjust_cfa_offset 8\n"       \
  "push %rbp\n.cfi_adjust_cfa_offset 8\n"       \
  "push %r12\n.cfi_adjust_cfa_offset 8\n"       \
  "push %r13\n.cfi_adjust_cfa_offset 8\n"       \
  "push %r14\n.cfi_adjust_cfa_offset 8\n"       \
  "push %r15\n.cfi_adjust_cfa_offset 8\n"

__asm__(".text\n.globl exit\n.type exit, @function\nexit:\n"
        ".cfi_startproc\nendbr64\n"
        "push %rdi\n.cfi_adjust_cfa_offset 8\n"  // the status
        LEAKHOOK_SAVE_REGISTERS
        "lea 64(%rsp), %rdi\n"
        "mov %rsp, %rsi\n"
        "call leakhook_exit_entry\n"
        "add $48, %rsp\n.cfi_adjust_cfa_offset -48\n"
        "pop %rdi\n.cfi_adjust_cfa_offset -8\n"
        "jmp *%rax\n"
        ".cfi_endproc\n.size exit, .-exit\n");

__asm__(".text\n.globl leakhook_api_snapshot_graph\n.type leakhook_api_snapshot_graph, @function\n"
        "leakhook_api_snapshot_graph:\n"
        ".cfi_startproc\nendbr64\n"
        "push %rdi\n.cfi_adjust_cfa_offset 8\n"
        LEAKHOOK_SAVE_REGISTERS
        "lea 64(%rsp), %rsi\n"
        "mov %rsp, %rdx\n"
        "call leakhook_graph_entry\n"
        "add $56, %rsp\n.cfi_adjust_cfa_offset -56\n"
        "ret\n"
        ".cfi_endproc\n.size leakhook_api_snapshot_graph, .-leakhook_api_snapshot_graph\n");
#else
#define HOOK_FRAME() reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0))

extern "C" LEAKHOOK_EXPORT void exit(int status) noexcept {
  reinterpret_cast<void (*)(int)>(leak::hook::leakhook_exit_entry(HOOK_FRAME(), nullptr))(status);
  __builtin_unreachable();
}

extern "C" LEAKHOOK_EXPORT int leakhook_api_snapshot_graph(const char* label) noexcept {
  return leak::hook::leakhook_graph_entry(label, HOOK_FRAME(), nullptr);
}
#endif
