// The heap as a graph at one moment: which block points to which, and what of the program points to blocks.
// One graph is several kHeapGraph chunks ("parts"), each readable alone, so that damage costs a part and is
// noticed:
//
//   body of a part:
//   offset size field
//   0      8    graph_id     unique in the trace, the same in all parts of a graph
//   8      4    part         0, 1, 2, ...: a number that is missing is a part that was lost
//   12     2    section      GraphSection: what kind of items follow
//   14     2    version      kGraphVersion, major << 8 | minor; a reader refuses a larger major
//   16     4    item_count
//   20     4    reserved     0
//   24     8    first_index  number of items of this section in the parts before
//   32     ...  the items, coded by heap_graph_codec.h; prediction starts anew with each part
//
// The first part is the header, the last the totals (kEnd); without it the graph was cut short. Sections come
// in the order of GraphSection, those without items are left out. The chunk's first_ticks and last_ticks are
// GraphHeader::ticks.
//
// NODES. Blocks of the heap in ascending order of their addresses have the indices 0 ... block_count - 1, the
// program's own mappings those after. A pointer is an edge when it points into a node; into the first byte
// past its end never. A word inside a block belongs to the block only, not to the mapping around it. Edges from
// a node into itself are left out but for those of a shared_ptr's control block to its own start (since 1.1): an
// object that make_shared made may own itself. Of the pointers from one node into the middle of one mapping only
// the first is there, of those to places far inside one block only a few (since 1.2).
#pragma once

#include <cstddef>
#include <cstdint>

namespace leak::trace {

inline constexpr std::uint16_t kGraphVersion = 1 << 8 | 2;
inline constexpr std::uint16_t kGraphMajor = kGraphVersion >> 8;

// Numbers are part of the format: append, never renumber. A reader skips sections that it does not know.
enum class GraphSection : std::uint16_t {
  kHeader = 1,        // one GraphHeader, then the label
  kThreads = 2,       // GraphThread
  kModules = 3,       // GraphModule: files whose data is searched for roots
  kTypes = 4,         // GraphType: a name for each vtable pointer found in a node's first word
  kBlocks = 5,        // GraphNode, ascending addresses
  kMappings = 6,      // GraphNode, ascending addresses
  kEdges = 7,         // GraphEdge of plain form, ascending (from, from_offset)
  kRoots = 8,         // GraphRoot
  kEncodedEdges = 9,  // GraphEdge of the other forms; only to nodes that no plain pointer reaches
  kContents = 10,     // GraphContent
  kEnd = 11,          // one GraphTotals
};

struct GraphPart {
  std::uint64_t graph_id;
  std::uint32_t part;
  GraphSection section;
  std::uint16_t version;
  std::uint32_t item_count;
  std::uint32_t reserved;
  std::uint64_t first_index;
};
static_assert(sizeof(GraphPart) == 32);

// A writer keeps parts below this.
inline constexpr std::size_t kGraphPartBytes = std::size_t{1} << 20;
// Labels, paths and type names are cut to this.
inline constexpr std::size_t kGraphMaxText = 4096;
// First bytes of a block that a GraphContent keeps.
inline constexpr std::size_t kGraphContentBytes = 32;

enum class GraphTrigger : std::uint32_t {
  kExit = 1,       // exit() was entered or main returned: before static destructors
  kAfterExit = 2,  // after static destructors
  kApi = 3,        // leakhook_snapshot
  kSignal = 4,
  kTimer = 5,
  kControl = 6,       // leakscan snapshot
  kLeakCheckApi = 7,  // __lsan_do_leak_check and its like
};
enum class StopMethod : std::uint32_t {
  kNotNeeded = 1,  // one thread only
  kTracer = 2,     // ptrace by a helper of ours
  kSignal = 3,
  kUnstopped = 4,  // threads ran on: a block is lost only if a second graph confirms it
};
enum class ImageKind : std::uint32_t { kInPlace = 1, kForked = 2 };

struct GraphHeader {
  std::uint64_t ticks = 0;     // place among the events: what has a smaller or equal stamp is in the graph
  std::uint64_t mono_ns = 0;   // CLOCK_MONOTONIC at the same moment
  std::uint64_t pause_ns = 0;  // program stopped until the image was taken; in place the scan comes on top
  GraphTrigger trigger = GraphTrigger::kApi;
  StopMethod stop = StopMethod::kUnstopped;
  ImageKind image = ImageKind::kInPlace;
  std::uint32_t threads_stopped = 0;  // with their registers
  std::uint32_t threads_missed = 0;   // known, but not stopped or not readable
  std::uint32_t label_bytes = 0;      // follow
};
static_assert(sizeof(GraphHeader) == 48);

struct GraphTotals {
  std::uint64_t blocks = 0;
  std::uint64_t mappings = 0;
  std::uint64_t edges = 0;
  std::uint64_t encoded_edges = 0;
  std::uint64_t roots = 0;
  std::uint64_t contents = 0;
  std::uint64_t types = 0;
  std::uint64_t lost_nodes = 0;     // reached by no plain pointer, by the scan's own count
  std::uint64_t scanned_bytes = 0;  // of roots and nodes
  std::uint64_t skipped_bytes = 0;  // of roots and nodes: unreadable, not inherited or device memory
  std::uint64_t scan_ns = 0;
  std::uint32_t parts = 0;     // this one included
  std::uint32_t problems = 0;  // GraphProblem bits
};
static_assert(sizeof(GraphTotals) == 96);

// What a graph may lack, each a bit of GraphTotals::problems.
inline constexpr std::uint32_t kProblemNoMemory = 1;    // a table was too small: edges or roots are missing
inline constexpr std::uint32_t kProblemUnknownTls = 2;  // the C library's thread layout is not known here
inline constexpr std::uint32_t kProblemKernelTables =
    4;  // /proc could not be read: kernel-held pointers missing
inline constexpr std::uint32_t kProblemUnknownStack = 8;  // a stack pointer lies in no mapping
inline constexpr std::uint32_t kProblemEncodedPartly =
    16;  // encoded pointers to some lost nodes were not looked for

// ---- items ----

struct GraphText {
  const char* bytes = "";
  std::size_t size = 0;
};

struct GraphThread {
  std::uint32_t tid = 0;
  std::uint64_t stack_pointer = 0;  // where the search of its stack began; 0: the thread was missed
  std::uint64_t stack_end = 0;      // of the mapping that holds it
  std::uint64_t thread_pointer = 0;
};

struct GraphModule {
  std::uint64_t begin = 0;  // of its first mapping
  std::uint64_t end = 0;    // of its last mapping
  GraphText path;
};

struct GraphType {
  std::uint64_t vtable = 0;  // as a block's first word holds it
  GraphText name;            // mangled, as the run-time type information has it: "6Parent"
};

struct GraphNode {
  std::uint64_t address = 0;
  std::uint64_t bytes = 0;  // usable, at least what the program asked for
  // 0 when the node has less than 8 bytes or cannot be read; since 1.2 also when the word is neither an address in a
  // file nor a number up to `bytes`; not written with a type.
  std::uint64_t first_word = 0;
  std::uint32_t type = 0;  // index of its GraphType + 1: first_word is its vtable; 0: of no known type
};

// How the pointer is stored. The other forms are looked for only where no plain pointer reaches the target,
// in this order; a hit says "possibly", never "surely".
enum class PointerForm : std::uint8_t {
  kPlain = 0,
  kHighTag = 1,       // the 16 high bits are a tag
  kUnaligned = 2,     // not at a multiple of 8
  kCompressed = 3,    // 32 bits, the address or its 3 or 4 bits shifted out
  // Distance from the pointer's own address, or from the begin of the node that it lies in. Small ones only where
  // others of their kind are found; a reader that knows the allocation sites judges them by those.
  kSelfRelative = 4,
  kMangled = 5,       // by the C library's PTR_MANGLE
};
inline constexpr std::uint8_t kPointerForms = 6;

// What the scan saw at the target of a pointer into the middle of a node.
enum class InteriorHint : std::uint8_t {
  kNone = 0,
  kVtable = 1,     // vtable pointers both there and at the node's start: a second base class
  kCowString = 2,  // there begin the characters of a string whose length and capacity stand before
};

struct GraphEdge {
  std::uint32_t from = 0;
  std::uint32_t to = 0;
  std::uint64_t from_offset = 0;
  std::uint64_t to_offset = 0;
  PointerForm form = PointerForm::kPlain;
  InteriorHint hint = InteriorHint::kNone;
};

// Numbers are part of the format: append, never renumber.
enum class RootKind : std::uint8_t {
  kData = 1,      // data or bss; context: index of the module
  kStack = 2,     // context: index of the thread, likewise below
  kRegister = 3,  // where: number of the register in the kernel's order, 64 bits each
  kStaticTls = 4,
  kThreadControl = 5,  // the C library's own record of a thread: pthread_setspecific, thread arguments
  kDynamicTls = 6,     // where: the address in the thread's table of modules (DTV)
  kEpoll = 7,          // context: the epoll descriptor; where: the watched descriptor
  kTimer = 8,          // context: the timer's id
  kIoUring = 9,
  kSignalStack = 10,      // an alternate signal stack
  kUntracedMapping = 11,  // anonymous memory that we did not see being mapped
  kPinned = 12,           // said by the hooks: inside realloc, a registered root region
};

struct GraphRoot {
  RootKind kind = RootKind::kData;
  PointerForm form = PointerForm::kPlain;
  InteriorHint hint = InteriorHint::kNone;
  std::uint32_t context = 0;
  std::uint64_t where = 0;  // address of the pointer unless the kind says otherwise
  std::uint32_t to = 0;
  std::uint64_t to_offset = 0;
};

// The first bytes of nodes worth a closer look: the lost ones, and shared_ptr control blocks.
struct GraphContent {
  std::uint32_t node = 0;
  std::uint8_t size = 0;
  std::uint8_t bytes[kGraphContentBytes] = {};
};

}  // namespace leak::trace
