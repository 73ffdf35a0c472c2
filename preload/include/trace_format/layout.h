// Byte-level specification of a leakhook trace, format version 1.1, but for two things: journals that have
// events about resources (operation.h) are of version 2.0; kEvents chunks are of 4.0 where addresses are
// predicted, else of 3.0. Up to 3.0 a reader had to know which blocks the encoder's model remembered, and
// kEventsSmallModel said how many. Before there were dictionaries, kEvents chunks with events about resources
// were of 2.0, others of 1.1 or 1.0. Everything is little-endian.
//
// A recording of one process is two files that are read together:
//
//   <name>.zst           the trace: a sequence of independent zstd frames, each with a content checksum and
//                        a content size. `zstd -t` and `zstd -d` accept a finished trace. It grows only at
//                        its end.
//   <name>.zst.journal   chunks that were not yet in the trace when the process ended without a chance to
//                        finish (SIGKILL, a crash, the OOM killer). A clean end removes it.
//
// TRACE. Each zstd frame decompresses to exactly one chunk:
//
//   offset size field
//   0      4    magic        kChunkMagic, "LKCH"
//   4      2    kind         ChunkKind
//   6      2    version      kFormatVersion of the writer, major << 8 | minor; a reader refuses a larger major
//   8      8    chunk_id     unique in the trace; for kEvents that of the batch's first section
//   16     8    first_ticks  no time stamp inside is smaller (ticks of the process clock)
//   24     8    last_ticks   none is larger; both are less than a quantum off
//   32     4    body_bytes   what follows
//   36     4    item_count   events or meta records inside
//   40     ...  body
//
// The first frame holds a kMeta chunk whose first record is the process record (record.h). A reader
// that lost its place looks for the next zstd magic whose frame decompresses to a chunk.
//
// kMeta body: a sequence of meta records (record.h), each a multiple of 8 bytes.
//
// kEvents body: several sections, each the events of one thread, told apart only in the section table; the
// columns run on through all sections. Decoding state (previous time, address, stack, ...) starts anew
// with each section, so a section needs nothing from any other chunk.
//
//   0      4    section_count
//   4      4    flags             which codings: kEvents..., below; a chunk with others is counted as lost
//   8      ...  section_count x SectionEntry {chunk_id u64, tid u32, event_count u32}
//   ...    ...  column_count(flags) x column byte length u32
//   ...    ...  the columns, in the order of Column, without padding; coding in column_codec.h
//
// kIndex body (at most once, the last frame; then a skippable zstd frame of 8 content bytes, kIndexTrailer,
// holds the file offset of the index frame): item_count x IndexEntry. A trace that was cut short has no
// index; the reader then walks the frames.
//
// kHeapGraph body: one part of a heap graph, heap_graph.h.
//
// kHeapGraph body: a part of a heap graph (heap_graph.h). All parts of a graph have its moment as their time.
//
// JOURNAL. Page 0 is a JournalHeader and, at kJournalControlOffset, a JournalControl (control.h); at kJournalProcessOffset a copy of the process record; then, at
// kJournalSlotsOffset, slot_count slots of kSlotBytes: a SlotHeader, then raw bytes (raw_codec.h for
// events, meta records for meta), `used` of which are valid. A slot whose chunk_id is 0 is free; one
// whose chunk_id also stands in the trace was written there before the end and is skipped.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace leak::trace {

inline constexpr std::uint16_t kFormatMajor = 4;  // the newest that there is
inline constexpr std::uint16_t kFormatVersion = 1 << 8 | 1;
inline constexpr std::uint16_t kResourcesVersion = 2 << 8 | 0;
inline constexpr std::uint16_t kDictionaryVersion = 3 << 8 | 0;
inline constexpr std::uint16_t kModelVersion = kFormatMajor << 8 | 0;

inline constexpr std::uint32_t kChunkMagic = 0x48434b4c;               // "LKCH"
inline constexpr std::uint64_t kJournalMagic = 0x4c4e524a4b45414c;     // "LEAKJRNL"
inline constexpr std::uint32_t kIndexTrailerMagic = 0x184d2a5e;        // a zstd skippable frame magic

enum class ChunkKind : std::uint16_t { kMeta = 1, kEvents = 2, kIndex = 3, kHeapGraph = 4 };

struct ChunkHeader {
  std::uint32_t magic;
  ChunkKind kind;
  std::uint16_t version;
  std::uint64_t chunk_id;
  std::uint64_t first_ticks;
  std::uint64_t last_ticks;
  std::uint32_t body_bytes;
  std::uint32_t item_count;
};
static_assert(sizeof(ChunkHeader) == 40);

struct EventsHeader {
  std::uint32_t section_count;
  std::uint32_t flags;
};
static_assert(sizeof(EventsHeader) == 8);

struct SectionEntry {
  std::uint64_t chunk_id;  // of the journal slot it came from
  std::uint32_t tid;
  std::uint32_t event_count;
};
static_assert(sizeof(SectionEntry) == 16);

// Event columns. What each event puts into which column: column_codec.h.
enum class Column : std::uint8_t { kOp, kTime, kAddress, kFreeAddress, kSize, kStack, kPcs, kExtra, kTimeRuns, kEntry };
inline constexpr std::size_t kColumnCount = 10;

// EventsHeader::flags. Version 1.0 wrote kEventsAddressModel or none; its chunks lack the columns kTimeRuns and
// kEntry. Those of 1.1 and 2.0 lack kEntry.
inline constexpr std::uint32_t kEventsAddressModel = 1;  // addresses are coded by address_model.h
inline constexpr std::uint32_t kEventsTimeRuns = 2;      // one time for each run of events of one quantum
inline constexpr std::uint32_t kEventsSmallModel = 4;    // up to 3.0, about the encoder; says nothing that a reader needs
inline constexpr std::uint32_t kEventsDictionary = 8;    // events that resemble others: event_dictionary.h
inline constexpr std::uint32_t kEventsFlags =
    kEventsAddressModel | kEventsTimeRuns | kEventsSmallModel | kEventsDictionary;
// 0: there are no such chunks.
constexpr std::size_t column_count(std::uint32_t flags) noexcept {
  const bool has_time_runs = (flags & kEventsTimeRuns) != 0;
  if ((flags & kEventsDictionary) != 0) return has_time_runs ? kColumnCount : 0;
  return has_time_runs ? kColumnCount - 1 : kColumnCount - 2;
}

struct IndexEntry {
  std::uint64_t file_offset;  // of the zstd frame
  std::uint64_t first_ticks;
  std::uint64_t last_ticks;
  std::uint64_t chunk_id;
  std::uint32_t frame_bytes;
  std::uint32_t item_count;
  ChunkKind kind;
  std::uint16_t reserved;
  std::uint32_t tid;  // 0 when the chunk is of several threads or of none
};
static_assert(sizeof(IndexEntry) == 48);

// A zstd skippable frame: magic, content size 8, file offset of the index frame.
struct IndexTrailer {
  std::uint32_t magic;
  std::uint32_t content_bytes;
  std::uint64_t index_offset;
};
static_assert(sizeof(IndexTrailer) == 16);

// Limits a reader may rely on and must enforce. The writer stays far below.
inline constexpr std::uint32_t kMaxChunkBytes = 64U << 20;
inline constexpr std::uint32_t kMaxStackDepth = 1U << 24;

// ---- journal ----

inline constexpr std::size_t kSlotBytes = 64U << 10;
inline constexpr std::size_t kJournalProcessOffset = 4096;
inline constexpr std::size_t kJournalProcessBytes = 60U << 10;
inline constexpr std::size_t kJournalSlotsOffset = 64U << 10;

// Why an event is missing from the trace; an index into drop counters.
enum class DropReason : std::uint8_t {
  kSignalHandler,   // arrived inside our own recording and did not fit into the deferral list
  kDiskFull,        // no room for another chunk
  kWriteError,      // the trace could not be written
  kQuota,           // LEAKHOOK_MAX_BYTES reached
  kNoMemory,        // no thread state or chunk could be mapped
};
inline constexpr std::size_t kDropReasonCount = 5;

struct JournalHeader {
  std::uint64_t magic;
  std::uint16_t version;
  std::uint16_t header_bytes;              // sizeof(JournalHeader)
  std::uint32_t slot_bytes;
  std::atomic<std::uint32_t> slot_count;   // grows; slots below it are backed by disk space
  std::uint32_t pid;
  std::uint64_t process_start_ticks;       // same value as in the process record: they belong together
  std::uint32_t process_bytes;             // of the process record at kJournalProcessOffset
  std::uint32_t reserved;
  std::atomic<std::uint64_t> last_ticks;   // newest clock calibration (for a killed process)
  std::atomic<std::uint64_t> last_mono_ns;
  std::atomic<std::uint64_t> drops[kDropReasonCount];
};
static_assert(sizeof(JournalHeader) == 56 + 8 * kDropReasonCount);

struct SlotHeader {
  std::atomic<std::uint64_t> chunk_id;  // 0: free. Set last when a slot is taken, cleared first when it is freed
  ChunkKind kind;                       // kMeta or kEvents
  std::uint16_t reserved;
  std::uint32_t tid;                    // of the events
  std::atomic<std::uint32_t> used;      // data bytes valid; stored after the bytes (release)
  std::uint32_t index;                  // of the slot in the journal
  std::uint64_t reserved2;
};
static_assert(sizeof(SlotHeader) == 32);
inline constexpr std::size_t kSlotDataBytes = kSlotBytes - sizeof(SlotHeader);

static_assert(std::atomic<std::uint64_t>::is_always_lock_free);
static_assert(sizeof(std::atomic<std::uint64_t>) == 8 && sizeof(std::atomic<std::uint32_t>) == 4);

}  // namespace leak::trace
