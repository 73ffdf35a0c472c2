// What the unwinder knows about x86-64 and the System V ABI. Another architecture gets a file of the same shape
// beside this one; nothing else in this folder names a register.
#pragma once

#include <cstddef>
#include <cstdint>

namespace leak::hook::unwind::arch {

// DWARF register numbers.
inline constexpr unsigned kFramePointer = 6;
inline constexpr unsigned kStackPointer = 7;
inline constexpr unsigned kReturnAddress = 16;
inline constexpr unsigned kRegisters = 17;

// The return address always stands here: `call` pushed it.
inline constexpr std::ptrdiff_t kReturnAddressFromCfa = -8;
// Frame pointer convention: *bp is the caller's bp, the return address follows, then the caller's stack.
inline constexpr std::ptrdiff_t kGuessedCfaFromBp = 16;
// A function may use this much below its stack pointer; only an interrupted one can have saved bp there.
inline constexpr std::uintptr_t kRedZoneBytes = 128;

// Where the kernel's rt_sigframe holds the interrupted registers, from the stack pointer that the trampoline
// sees: ucontext.uc_mcontext.gregs at 40, REG_RBP 10, REG_RSP 15, REG_RIP 16.
inline constexpr std::size_t kSignalBp = 40 + 10 * 8;
inline constexpr std::size_t kSignalSp = 40 + 15 * 8;
inline constexpr std::size_t kSignalPc = 40 + 16 * 8;

// User code lies below.
inline constexpr unsigned kPcLimitBits = 47;
inline constexpr std::uintptr_t kPcLimit = std::uintptr_t{1} << kPcLimitBits;

// The registers that a frame can hand to its caller's frame. Order: DWARF numbers.
struct Registers {
  std::uintptr_t value[kRegisters];
};

// The registers here and now; only those that calls preserve are set. Always inlined, so that pc lies in the
// function whose stack pointer is taken.
[[gnu::always_inline]] inline void read_registers(Registers& out) noexcept {
  __asm__ volatile(
      "movq %%rbx, 24(%0)\n\t"
      "movq %%rbp, 48(%0)\n\t"
      "movq %%rsp, 56(%0)\n\t"
      "movq %%r12, 96(%0)\n\t"
      "movq %%r13, 104(%0)\n\t"
      "movq %%r14, 112(%0)\n\t"
      "movq %%r15, 120(%0)\n\t"
      "leaq 0(%%rip), %%rax\n\t"
      "movq %%rax, 128(%0)\n\t"
      :
      : "r"(out.value)
      : "rax", "memory");
}

// sigcontext order of the DWARF registers 0-16, as indexes into gregs.
inline constexpr unsigned char kSignalRegister[kRegisters] = {13, 12, 14, 11, 9, 8, 10, 15,
                                                              0,  1,  2,  3,  4, 5, 6,  7, 16};
inline constexpr std::size_t kSignalRegisters = 40;

// Whether these 8 bytes, which end where an address points to, end in a call instruction: what makes a number a
// plausible return address where no call frame information says so.
constexpr bool ends_in_call(const unsigned char (&code)[8]) noexcept {
  if (code[3] == 0xe8) return true;                                             // call rel32
  const auto indirect = [&](int at) { return code[at] == 0xff; };               // FF /2, by operand size
  const auto form = [&](int at, unsigned mask, unsigned want) { return (code[at] & mask) == want; };
  if (indirect(6) && (form(7, 0xf8, 0xd0) || form(7, 0xf8, 0x10))) return true;  // register; [register]
  if (indirect(5) && (form(6, 0xf8, 0x50) || code[6] == 0x14)) return true;      // [r + disp8]; [sib]
  if (indirect(4) && code[5] == 0x54) return true;                               // [sib + disp8]
  if (indirect(2) && (form(3, 0xf8, 0x90) || code[3] == 0x15)) return true;      // [r + disp32]; [rip + disp32]
  return indirect(1) && code[2] == 0x94;                                         // [sib + disp32]
}

}  // namespace leak::hook::unwind::arch
