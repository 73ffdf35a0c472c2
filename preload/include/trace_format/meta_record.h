// What a trace says besides events: process, modules, program counters, threads, samples, markers, counters.
#pragma once

#include <cstddef>
#include <cstdint>

namespace leak::trace {

// Numbers are part of the format: append, never renumber. A reader skips kinds that it does not know.
enum class MetaKind : std::uint16_t {
  kProcess = 1,         // ProcessRecord, then strings; the first record of a trace
  kModule = 2,          // ModuleRecord, then build-id bytes, then path
  kModuleGone = 3,      // ModuleGoneRecord
  kPc = 4,              // PcRecord
  kThread = 5,          // ThreadRecord: started, named or ended; then name
  kSample = 6,          // SampleRecord
  kMarker = 7,          // MarkerRecord, then label
  kCounters = 8,        // CountersRecord
  kEnd = 9,             // EndRecord: the process ended in an orderly way; last record of a finished trace
  kChild = 10,          // ChildRecord: this process forked
  kStackCheck = 11,     // StackCheckRecord: running totals of LEAKHOOK_VERIFY_STACKS
  kStackMismatch = 12,  // StackMismatchRecord: one of the first few
  kSampling = 13,       // SamplingRecord: from its time on allocations are a sample
  kUnreported = 14,     // UnreportedRecord: the program says of blocks that they are no leaks
  kDescriptor = 15,     // DescriptorRecord: open when recording began, or when it ended; then what it is
  kLiveThread = 16,     // LiveThreadRecord: not ended yet when the recording ended
  kBackPressure = 17,   // BackPressureRecord: running totals of what the program waited for the recorder
  kMemoryLimit = 18,    // MemoryLimitRecord: absent when there is none
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
  std::uint32_t time_quantum_shift;  // event times in kEvents chunks are multiples of 2^this ticks
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
  std::uint32_t path_bytes;  // follow the build-id
  std::uint32_t reserved;
};
static_assert(sizeof(ModuleRecord) == 56);

struct ModuleGoneRecord {
  MetaHeader header;
  std::uint32_t module_id;
  std::uint32_t reserved;
};
static_assert(sizeof(ModuleGoneRecord) == 24);

// Code addresses on a stack. Without flags a return address: the call is the instruction before.
inline constexpr std::uint16_t kPcGuessed =
    1;  // no call frame information covers it: the frame outside was guessed
inline constexpr std::uint16_t kPcExact = 2;  // an interrupted instruction, not a return address
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

struct BackPressureRecord {  // running totals at header.ticks; absent while no thread ever waited
  MetaHeader header;
  std::uint64_t waits;    // of threads that found no free chunk
  std::uint64_t wait_ns;  // wall time, of all threads together
  std::uint64_t cpu_ns;   // CPU time of the process until then, the recorder's included
};
static_assert(sizeof(BackPressureRecord) == 40);

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
// sample_bytes), so it stands for the inverse of that many. Holds for events from header.ticks on, which is
// the start of a quantum, until the next such record. Frees of recorded blocks are always recorded, of others
// hardly ever.
struct SamplingRecord {
  MetaHeader header;
  std::uint64_t sample_bytes;
  // The recorder's own doing, to keep its share of the CPU time down; else 0, or absent (24 bytes).
  std::uint32_t budget_permille;    // LEAKHOOK_MAX_OVERHEAD
  std::uint32_t measured_permille;  // what it was at that time
};
static_assert(sizeof(SamplingRecord) == 32);
inline constexpr std::size_t kShortSamplingBytes = 24;

// What the program says of blocks through LeakSanitizer's interface: neither they nor what they hold is a
// leak.
enum class UnreportedKind : std::uint32_t {
  kObject = 1,  // the block that `address` points into
  kBegin = 2,   // what the thread allocates from here on,
  kEnd = 3,     // up to here
};
struct UnreportedRecord {  // header.ticks as for a marker: between two quanta
  MetaHeader header;
  UnreportedKind unreported;
  std::uint32_t tid;
  std::uint64_t address;
};
static_assert(sizeof(UnreportedRecord) == 32);

// With LEAKHOOK_TRACK=fds. header.flags says which; a list ends with a record that says how many there were,
// and only then it is complete.
inline constexpr std::uint16_t kDescriptorAtStart = 1;
inline constexpr std::uint16_t kDescriptorAtEnd = 2;
inline constexpr std::uint16_t kDescriptorListEnd = 4;    // `number` counts those before
inline constexpr std::uint16_t kDescriptorListening = 8;  // a socket that accepts connections
struct DescriptorRecord {
  MetaHeader header;
  std::uint32_t number;
  std::uint32_t text_bytes;  // follow: the path, or "tcp 127.0.0.1:80 -> 10.0.0.1:5000", ...
};
static_assert(sizeof(DescriptorRecord) == 24);

// With LEAKHOOK_TRACK=threads. The list ends with a record whose tid is 0. A thread that was made but has not
// run yet has no handle: the kernel cannot tell which one it is.
struct LiveThreadRecord {
  MetaHeader header;
  std::uint64_t handle;  // pthread_t, or 0
  std::uint32_t tid;
  std::uint32_t reserved;
};
static_assert(sizeof(LiveThreadRecord) == 32);

// The tightest limit of the memory control groups that the process was in when recording began.
struct MemoryLimitRecord {
  MetaHeader header;
  std::uint64_t bytes;
};
static_assert(sizeof(MemoryLimitRecord) == 24);

constexpr std::size_t padded_record_bytes(std::size_t bytes) noexcept {
  return (bytes + 7) & ~std::size_t{7};
}

}  // namespace leak::trace
