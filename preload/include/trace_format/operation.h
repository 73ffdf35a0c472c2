// What a program does to its memory: the operations that events are of, and what each kind has to say.
#pragma once

#include <cstdint>

namespace leak::trace {

// Numbers are part of the format: append, never renumber.
enum class Op : std::uint8_t {
  kMalloc = 1,
  kCalloc = 2,
  kPosixMemalign = 3,
  kAlignedAlloc = 4,
  kMemalign = 5,
  kValloc = 6,
  kPvalloc = 7,
  kNew = 8,
  kNewArray = 9,
  kNewAligned = 10,
  kNewArrayAligned = 11,

  kRealloc = 20,  // also realloc(NULL, n): old_address is 0 then
  kReallocarray = 21,

  kFree = 30,
  kReallocFree = 31,  // realloc(p, 0) or reallocarray that freed p and returned NULL
  kFreeSized = 32,
  kFreeAlignedSized = 33,
  kDelete = 34,
  kDeleteArray = 35,
  kDeleteAligned = 36,
  kDeleteArrayAligned = 37,
  kCfree = 38,

  kMmap = 40,
  kMunmap = 41,
  kMremap = 42,  // old_address/old_size -> address/size
  kBrk = 43,     // old_address: old program break; address: new one
  kSbrk = 44,

  // Resources (resource.h). address: the descriptor's number, or the thread's handle; size: a ResourceCall.
  kFdOpen = 50,        // extra: pack_fd_origin
  kFdClose = 51,       // before the real call, as all that end something
  kFdCloseRange = 52,  // from address to extra, inclusive
  kFdWrap = 53,        // a stream or directory took the descriptor over, and closes it
  kThreadCreate = 54,  // begin_ticks: before the real call; extra: kThreadIsDetached
  kThreadJoin = 55,
  kThreadDetach = 56,
};

enum class OpKind : std::uint8_t { kInvalid, kAlloc, kResize, kFree, kMap, kUnmap, kRemap, kBreak, kResource };

constexpr OpKind kind_of(Op op) noexcept {
  const unsigned number = static_cast<unsigned>(op);
  if (number >= 1 && number <= 11) return OpKind::kAlloc;
  if (number >= 20 && number <= 21) return OpKind::kResize;
  if (number >= 30 && number <= 38) return OpKind::kFree;
  if (number >= 50 && number <= 56) return OpKind::kResource;
  switch (op) {
    case Op::kMmap:
      return OpKind::kMap;
    case Op::kMunmap:
      return OpKind::kUnmap;
    case Op::kMremap:
      return OpKind::kRemap;
    case Op::kBrk:
    case Op::kSbrk:
      return OpKind::kBreak;
    default:
      return OpKind::kInvalid;
  }
}

// The function's name as the program calls it ("operator new[]"); nullptr for an unknown number.
constexpr const char* name_of(Op op) noexcept {
  switch (op) {
    case Op::kMalloc:
      return "malloc";
    case Op::kCalloc:
      return "calloc";
    case Op::kPosixMemalign:
      return "posix_memalign";
    case Op::kAlignedAlloc:
      return "aligned_alloc";
    case Op::kMemalign:
      return "memalign";
    case Op::kValloc:
      return "valloc";
    case Op::kPvalloc:
      return "pvalloc";
    case Op::kNew:
      return "operator new";
    case Op::kNewArray:
      return "operator new[]";
    case Op::kNewAligned:
      return "operator new(align_val_t)";
    case Op::kNewArrayAligned:
      return "operator new[](align_val_t)";
    case Op::kRealloc:
      return "realloc";
    case Op::kReallocarray:
      return "reallocarray";
    case Op::kFree:
      return "free";
    case Op::kReallocFree:
      return "realloc(0)";
    case Op::kFreeSized:
      return "free_sized";
    case Op::kFreeAlignedSized:
      return "free_aligned_sized";
    case Op::kDelete:
      return "operator delete";
    case Op::kDeleteArray:
      return "operator delete[]";
    case Op::kDeleteAligned:
      return "operator delete(align_val_t)";
    case Op::kDeleteArrayAligned:
      return "operator delete[](align_val_t)";
    case Op::kCfree:
      return "cfree";
    case Op::kMmap:
      return "mmap";
    case Op::kMunmap:
      return "munmap";
    case Op::kMremap:
      return "mremap";
    case Op::kBrk:
      return "brk";
    case Op::kSbrk:
      return "sbrk";
    case Op::kFdOpen:
      return "fd open";
    case Op::kFdClose:
      return "fd close";
    case Op::kFdCloseRange:
      return "fd close range";
    case Op::kFdWrap:
      return "fd wrap";
    case Op::kThreadCreate:
      return "thread create";
    case Op::kThreadJoin:
      return "thread join";
    case Op::kThreadDetach:
      return "thread detach";
  }
  return nullptr;
}

// What follows the fixed part, by operation.
constexpr bool has_old_address(Op op) noexcept {
  const OpKind kind = kind_of(op);
  return kind == OpKind::kResize || kind == OpKind::kRemap || kind == OpKind::kBreak;
}
constexpr bool has_begin_ticks(Op op) noexcept {
  const OpKind kind = kind_of(op);
  return kind == OpKind::kResize || kind == OpKind::kRemap || op == Op::kThreadCreate;
}
constexpr bool has_extra(Op op) noexcept {
  switch (op) {
    case Op::kPosixMemalign:
    case Op::kAlignedAlloc:
    case Op::kMemalign:
    case Op::kNewAligned:
    case Op::kNewArrayAligned:
    case Op::kMmap:
    case Op::kMremap:
    case Op::kFdOpen:
    case Op::kFdCloseRange:
    case Op::kThreadCreate:
      return true;
    default:
      return false;
  }
}

}  // namespace leak::trace
