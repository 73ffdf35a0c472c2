// The one list of what a trace can say: event operations (allocations, frees, mappings) and meta records
// (process, modules, program counters, threads, samples, markers, counters). Layout only; raw_codec.h and
// column_codec.h say how events become bytes.
#pragma once

#include <cstddef>
#include <cstdint>

namespace leak::trace {

// ---- events ----

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

  kRealloc = 20,       // also realloc(NULL, n): old_address is 0 then
  kReallocarray = 21,

  kFree = 30,
  kReallocFree = 31,   // realloc(p, 0) or reallocarray that freed p and returned NULL
  kFreeSized = 32,
  kFreeAlignedSized = 33,
  kDelete = 34,
  kDeleteArray = 35,
  kDeleteAligned = 36,
  kDeleteArrayAligned = 37,
  kCfree = 38,

  kMmap = 40,
  kMunmap = 41,
  kMremap = 42,        // old_address/old_size -> address/size
  kBrk = 43,           // old_address: old program break; address: new one
  kSbrk = 44,
};

enum class OpKind : std::uint8_t { kInvalid, kAlloc, kResize, kFree, kMap, kUnmap, kRemap, kBreak };

constexpr OpKind kind_of(Op op) noexcept {
  const unsigned number = static_cast<unsigned>(op);
  if (number >= 1 && number <= 11) return OpKind::kAlloc;
  if (number >= 20 && number <= 21) return OpKind::kResize;
  if (number >= 30 && number <= 38) return OpKind::kFree;
  switch (op) {
    case Op::kMmap: return OpKind::kMap;
    case Op::kMunmap: return OpKind::kUnmap;
    case Op::kMremap: return OpKind::kRemap;
    case Op::kBrk:
    case Op::kSbrk: return OpKind::kBreak;
    default: return OpKind::kInvalid;
  }
}

// The function's name as the program calls it ("operator new[]"); nullptr for an unknown number.
constexpr const char* name_of(Op op) noexcept {
  switch (op) {
    case Op::kMalloc: return "malloc";
    case Op::kCalloc: return "calloc";
    case Op::kPosixMemalign: return "posix_memalign";
    case Op::kAlignedAlloc: return "aligned_alloc";
    case Op::kMemalign: return "memalign";
    case Op::kValloc: return "valloc";
    case Op::kPvalloc: return "pvalloc";
    case Op::kNew: return "operator new";
    case Op::kNewArray: return "operator new[]";
    case Op::kNewAligned: return "operator new(align_val_t)";
    case Op::kNewArrayAligned: return "operator new[](align_val_t)";
    case Op::kRealloc: return "realloc";
    case Op::kReallocarray: return "reallocarray";
    case Op::kFree: return "free";
    case Op::kReallocFree: return "realloc(0)";
    case Op::kFreeSized: return "free_sized";
    case Op::kFreeAlignedSized: return "free_aligned_sized";
    case Op::kDelete: return "operator delete";
    case Op::kDeleteArray: return "operator delete[]";
    case Op::kDeleteAligned: return "operator delete(align_val_t)";
    case Op::kDeleteArrayAligned: return "operator delete[](align_val_t)";
    case Op::kCfree: return "cfree";
    case Op::kMmap: return "mmap";
    case Op::kMunmap: return "munmap";
    case Op::kMremap: return "mremap";
    case Op::kBrk: return "brk";
    case Op::kSbrk: return "sbrk";
  }
  return nullptr;
}

// The one meaning of an event, whichever coding it came from. A decoder's stack is a difference: the thread's
// stack is its previous stack with all but the `keep` outermost frames dropped, and `push` new frames put on,
// given leaf first. Frames are program-counter ids (PcRecord).
struct Event {
  Op op{};
  bool has_stack = false;         // false: no stack was taken (most frees); the thread's stack stays
  std::uint64_t ticks = 0;        // allocation: after the real call; free: before it; resize: after it
  std::uint64_t begin_ticks = 0;  // resize and remap: before the real call (when the old block ended)
  std::uint64_t address = 0;
  std::uint64_t size = 0;         // as requested by the program
  std::uint64_t old_address = 0;  // resize, remap, break
  std::uint64_t extra = 0;        // aligned kinds: alignment; mmap: pack_mmap_extra; remap: old size
  std::uint32_t keep = 0;
  std::uint32_t push = 0;
};

// Stack frame id that stands for "the unwinder stopped here, there are more frames": always outermost.
inline constexpr std::uint32_t kTruncatedPc = 0;

constexpr std::uint64_t pack_mmap_extra(int prot, int flags, bool has_file) noexcept {
  return static_cast<std::uint64_t>(static_cast<std::uint32_t>(prot)) << 33 |
         static_cast<std::uint64_t>(static_cast<std::uint32_t>(flags)) << 1 | (has_file ? 1U : 0U);
}
constexpr int mmap_prot(std::uint64_t extra) noexcept { return static_cast<int>(extra >> 33); }
constexpr int mmap_flags(std::uint64_t extra) noexcept {
  return static_cast<int>(static_cast<std::uint32_t>(extra >> 1));
}
constexpr bool mmap_has_file(std::uint64_t extra) noexcept { return (extra & 1) != 0; }

// What follows the fixed part, by operation.
constexpr bool has_old_address(Op op) noexcept {
  const OpKind kind = kind_of(op);
  return kind == OpKind::kResize || kind == OpKind::kRemap || kind == OpKind::kBreak;
}
constexpr bool has_begin_ticks(Op op) noexcept {
  const OpKind kind = kind_of(op);
  return kind == OpKind::kResize || kind == OpKind::kRemap;
}
constexpr bool has_extra(Op op) noexcept {
  switch (op) {
    case Op::kPosixMemalign:
    case Op::kAlignedAlloc:
    case Op::kMemalign:
    case Op::kNewAligned:
    case Op::kNewArrayAligned:
    case Op::kMmap:
    case Op::kMremap: return true;
    default: return false;
  }
}

// ---- meta records ----

// Numbers are part of the format: append, never renumber. A reader skips kinds that it does not know.
enum class MetaKind : std::uint16_t {
  kProcess = 1,   // ProcessRecord, then strings; the first record of a trace
  kModule = 2,    // ModuleRecord, then build-id bytes, then path
  kModuleGone = 3,// ModuleGoneRecord
  kPc = 4,        // PcRecord
  kThread = 5,    // ThreadRecord: started, named or ended; then name
  kSample = 6,    // SampleRecord
  kMarker = 7,    // MarkerRecord, then label
  kCounters = 8,  // CountersRecord
  kEnd = 9,       // EndRecord: the process ended in an orderly way; last record of a finished trace
  kChild = 10,    // ChildRecord: this process forked
  kStackCheck = 11,     // StackCheckRecord: running totals of LEAKHOOK_VERIFY_STACKS
  kStackMismatch = 12,  // StackMismatchRecord: one of the first few
  kSampling = 13,       // SamplingRecord: from here on allocations are a sample
};

// Every meta record starts with this. record_bytes counts it and the padding to a multiple of 8.
struct MetaHeader {
  std::uint32_t record_bytes;
  MetaKind kind;
  std::uint16_t flags;
  std::uint64_t ticks;
};
static_assert(sizeof(MetaHeader) == 16);

enum class ClockSource : std::uint32_t { kTsc = 1, kCounter = 2 };  // kCounter: one tick an event, shared

// `ticks` of the header and mono_ns were read at the same moment. Strings follow in this order, each a u32
// length and its bytes, unpadded: exe path, working directory, trace path of the forking parent (empty
// unless forked), allocator description, hook version, settings ("NAME=value" lines), then argc u32 and the
// arguments in the same way.
struct ProcessRecord {
  MetaHeader header;
  std::uint64_t ticks_per_second;      // first estimate; samples and the end record allow a better one
  std::uint64_t start_mono_ns;         // CLOCK_MONOTONIC
  std::uint64_t start_realtime_ns;     // CLOCK_REALTIME, Unix time
  std::uint64_t parent_process_start;  // forked: header.ticks of the parent's process record, else 0
  std::uint64_t fork_ticks;            // forked: moment of the fork on the same clock, else 0
  std::uint32_t pid;
  std::uint32_t parent_pid;
  ClockSource clock_source;
  std::uint32_t time_quantum_shift;    // event times in kEvents chunks are multiples of 2^this ticks
  std::uint32_t page_bytes;
  std::uint32_t reserved;
};
static_assert(sizeof(ProcessRecord) == 16 + 40 + 24);

// A loaded object during one load epoch: after dlclose and dlopen the same address has a new module id.
struct ModuleRecord {
  MetaHeader header;
  std::uint32_t module_id;       // from 1
  std::uint32_t build_id_bytes;  // follow the struct
  std::uint64_t load_bias;       // address in memory minus address in the file's program headers
  std::uint64_t map_start;
  std::uint64_t map_end;
  std::uint32_t path_bytes;      // follow the build-id
  std::uint32_t reserved;
};
static_assert(sizeof(ModuleRecord) == 56);

struct ModuleGoneRecord {
  MetaHeader header;
  std::uint32_t module_id;
  std::uint32_t reserved;
};
static_assert(sizeof(ModuleGoneRecord) == 24);

// Return addresses; the call is the instruction before. An exact pc (interrupted by a signal) is recorded
// with kPcExact.
inline constexpr std::uint16_t kPcGuessed = 1;  // found by frame pointers, not by call frame information
inline constexpr std::uint16_t kPcExact = 2;    // an interrupted instruction, not a return address
struct PcRecord {
  MetaHeader header;
  std::uint32_t pc_id;      // from 1; kTruncatedPc is not recorded
  std::uint32_t module_id;  // 0: in no known module
  std::uint64_t pc;
};
static_assert(sizeof(PcRecord) == 32);

inline constexpr std::uint16_t kThreadStarted = 1;
inline constexpr std::uint16_t kThreadNamed = 2;
inline constexpr std::uint16_t kThreadEnded = 4;
struct ThreadRecord {  // header.flags: which of the above
  MetaHeader header;
  std::uint32_t tid;
  std::uint32_t name_bytes;  // follow
};
static_assert(sizeof(ThreadRecord) == 24);

struct SampleRecord {
  MetaHeader header;
  std::uint64_t mono_ns;  // same moment as header.ticks
  std::uint64_t rss_bytes;
  std::uint64_t virtual_bytes;
  std::uint64_t shared_bytes;    // of rss: file-backed and shared pages
  std::uint64_t hook_rss_bytes;  // of rss: what we ourselves occupy, an estimate
  std::uint32_t threads;
  std::uint32_t reserved;
};
static_assert(sizeof(SampleRecord) == 64);

enum class MarkerKind : std::uint32_t { kSnapshot = 1, kPause = 2, kResume = 3, kExec = 4, kNote = 5 };
struct MarkerRecord {
  MetaHeader header;
  MarkerKind marker;
  std::uint32_t tid;
  std::uint32_t label_bytes;  // follow
  std::uint32_t reserved;
};
static_assert(sizeof(MarkerRecord) == 32);

struct CountersRecord {  // running totals at header.ticks
  MetaHeader header;
  std::uint64_t events;
  std::uint64_t failed_allocations;  // calls that returned no memory; they make no event
  std::uint64_t nested_maps;         // mappings made by the allocator itself; they make no event
  std::uint64_t deferred;            // events taken from inside our own recording, without a stack
  std::uint64_t dropped[8];          // by DropReason
};
static_assert(sizeof(CountersRecord) == 112);

enum class EndKind : std::uint32_t { kUnknown = 0, kExited = 1, kSignaled = 2, kExec = 3 };
struct EndRecord {
  MetaHeader header;
  std::uint64_t mono_ns;
  EndKind end;
  std::uint32_t code;  // exit status or signal number
};
static_assert(sizeof(EndRecord) == 32);

struct ChildRecord {
  MetaHeader header;
  std::uint32_t child_pid;
  std::uint32_t reserved;
};
static_assert(sizeof(ChildRecord) == 24);

struct StackCheckRecord {  // running totals at header.ticks: stacks compared with a full walk by libunwind
  MetaHeader header;
  std::uint64_t checked;
  std::uint64_t mismatches;
  std::uint64_t guessed;    // of checked: equal up to code without call frame information
  std::uint64_t undecided;  // of checked: libunwind gave up, equal as far as it got
};
static_assert(sizeof(StackCheckRecord) == 48);

struct StackMismatchRecord {
  MetaHeader header;
  std::uint32_t tid;
  std::uint32_t frame;   // the first that differs, from the leaf
  std::uint64_t ours;    // pc; 0: our stack ends before
  std::uint64_t theirs;  // pc; 0: libunwind's ends before
};
static_assert(sizeof(StackMismatchRecord) == 40);

// Of the heap's blocks only some are recorded, one of `size` bytes with probability 1 - exp(-max(size, 1) /
// sample_bytes), so it stands for the inverse of that many. Their frees are recorded too, all others are not.
struct SamplingRecord {
  MetaHeader header;
  std::uint64_t sample_bytes;
};
static_assert(sizeof(SamplingRecord) == 24);

constexpr std::size_t padded_record_bytes(std::size_t bytes) noexcept { return (bytes + 7) & ~std::size_t{7}; }

}  // namespace leak::trace
