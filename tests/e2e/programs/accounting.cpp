// Does allocations of every form and keeps a log of its own, exact to the last call, which a report and a
// dump of the trace are compared with.
//
//     accounting DIRECTORY THREADS EVENTS
//
// Each worker does EVENTS calls and writes DIRECTORY/log.<tid>, a sequence of LogEntry. With one thread the
// main thread is the worker. Blocks wander between threads through slots that everybody swaps with, so about
// half of the frees are of other threads' blocks. The log costs no allocation, and neither stdio nor
// iostreams are used.
#include <malloc.h>
#include <pthread.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>

#include "accounting_log.h"

namespace {

// How a block has to be given back.
enum class Origin : std::uint8_t { kMallocLike, kNew, kNewArray, kNewAligned, kNewArrayAligned };

constexpr std::align_val_t kBlockAlignment{64};

struct Block {
  void* address;
  std::size_t size;
  Origin origin;
};

// Blocks on their way from one thread to whichever takes them next.
class Exchange {
 public:
  Block swap(std::size_t slot, const Block& given) {
    pthread_mutex_lock(&mutex_);
    const Block taken = slots_[slot % slots_.size()];
    slots_[slot % slots_.size()] = given;
    pthread_mutex_unlock(&mutex_);
    return taken;
  }

 private:
  pthread_mutex_t mutex_ = PTHREAD_MUTEX_INITIALIZER;
  std::array<Block, 512> slots_{};
};

Exchange g_exchange;

class Worker {
 public:
  void run(const char* directory, std::uint64_t events, std::uint64_t seed) {
    log_.open(directory);
    random_state_ = seed * 0x9e3779b97f4a7c15 + 1;
    while (done_ < events) step();
    log_.flush();
  }

 private:
  std::uint64_t random() {  // xorshift64*
    random_state_ ^= random_state_ >> 12;
    random_state_ ^= random_state_ << 25;
    random_state_ ^= random_state_ >> 27;
    return random_state_ * 0x2545f4914f6cdd1d;
  }

  std::size_t random_size() {
    const std::uint64_t draw = random();
    if (draw % 1000 == 0) return 200000 + draw % 100000;  // large enough for the allocator to map it
    if (draw % 50 == 0) return 0;
    return static_cast<std::size_t>((draw >> 20) % (draw % 8 == 0 ? 5000 : 200));
  }

  void add(const LogEntry& entry) {
    log_.add(entry);
    ++done_;
  }

  void step() {
    Block& block = blocks_[random() % blocks_.size()];
    const std::uint64_t draw = random() % 100;
    if (block.address == nullptr) {
      allocate(block);
    } else if (draw < 40) {
      release(block);
    } else if (draw < 60) {
      block = g_exchange.swap(random(), block);
    } else if (draw < 61) {
      fail_to_resize(block);
    } else if (block.origin == Origin::kMallocLike) {
      resize(block, draw);
    } else {
      release(block);
    }
  }

  void allocate(Block& block) {
    block.size = random_size();
    block.origin = Origin::kMallocLike;
    const std::uint64_t form = random() % 20;
    if (form < 6) return allocate_with_new(block, form);
    allocate_with_malloc(block, form);
  }

  void allocate_with_new(Block& block, std::uint64_t form) {
    const std::size_t size = block.size;
    const bool nothrow = random() % 2 == 0;
    std::uint32_t op = kNew;
    std::uint32_t alignment = 0;
    if (form < 2) {
      block.address = nothrow ? operator new(size, std::nothrow) : operator new(size);
      block.origin = Origin::kNew;
    } else if (form < 4) {
      block.address = nothrow ? operator new[](size, std::nothrow) : operator new[](size);
      block.origin = Origin::kNewArray;
      op = kNewArray;
    } else {
      alignment = static_cast<std::uint32_t>(kBlockAlignment);
      const bool array = form == 5;
      block.address = array ? (nothrow ? operator new[](size, kBlockAlignment, std::nothrow) :
                                       operator new[](size, kBlockAlignment))
                            : (nothrow ? operator new(size, kBlockAlignment, std::nothrow) :
                                       operator new(size, kBlockAlignment));
      block.origin = array ? Origin::kNewArrayAligned : Origin::kNewAligned;
      op = array ? kNewArrayAligned : kNewAligned;
    }
    add({op, alignment, number(block.address), size, 0, 0});
  }

  void allocate_with_malloc(Block& block, std::uint64_t form) {
    const std::uint32_t alignment = 16U << (random() % 8);
    switch (form) {
      case 6:
        block.size *= 3;
        block.address = std::calloc(block.size / 3, 3);
        return add({kCalloc, 0, number(block.address), block.size, 0, 0});
      case 7:
        if (posix_memalign(&block.address, alignment, block.size) != 0) fail("posix_memalign\n");
        return add({kPosixMemalign, alignment, number(block.address), block.size, 0, 0});
      case 8:
        block.address = aligned_alloc(alignment, block.size);
        return add({kAlignedAlloc, alignment, number(block.address), block.size, 0, 0});
      case 9:
        block.address = memalign(alignment, block.size);
        return add({kMemalign, alignment, number(block.address), block.size, 0, 0});
      case 10:
        block.address = valloc(block.size);
        return add({kValloc, 0, number(block.address), block.size, 0, 0});
      case 11:
        block.address = pvalloc(block.size);
        return add({kPvalloc, 0, number(block.address), block.size, 0, 0});
      case 12:
        block.address = std::realloc(nullptr, block.size);
        return add({kRealloc, 0, number(block.address), block.size, 0, 0});
      case 13:
        block.address = reallocarray(nullptr, block.size, 2);
        block.size *= 2;
        return add({kReallocarray, 0, number(block.address), block.size, 0, 0});
      default:
        block.address = std::malloc(block.size);
        return add({kMalloc, 0, number(block.address), block.size, 0, 0});
    }
  }

  void resize(Block& block, std::uint64_t draw) {
    const std::uint64_t old_address = number(block.address);
    const std::size_t old_size = block.size;
    if (draw >= 98) {  // realloc to nothing frees
      if (std::realloc(block.address, 0) != nullptr) fail("realloc to 0\n");
      block.address = nullptr;
      return add({kReallocFree, 0, old_address, 0, 0, block.size});
    }
    // A few bytes more often stay in place, a draw from the whole range moves.
    const std::size_t size = draw < 80 ? block.size + 1 + draw % 8 : random_size() + 1;
    if (draw % 4 == 0) {
      block.address = reallocarray(block.address, size, 2);
      block.size = size * 2;
      return add({kReallocarray, 0, number(block.address), block.size, old_address, old_size});
    }
    block.address = std::realloc(block.address, size);
    block.size = size;
    add({kRealloc, 0, number(block.address), size, old_address, old_size});
  }

  // The block survives, and no event says otherwise.
  void fail_to_resize(Block& block) {
    if (block.origin != Origin::kMallocLike) return;
    static volatile std::size_t huge = PTRDIFF_MAX;
    void* result =
        random() % 2 == 0 ? std::realloc(block.address, huge) : reallocarray(block.address, huge, 3);
    if (result != nullptr) fail("a huge resize worked\n");
    add({kFailed, 0, 0, 0, 0, 0});
  }

  void release(Block& block) {
    void* address = block.address;
    const bool sized = random() % 2 == 0;
    std::uint32_t op = kFree;
    switch (block.origin) {
      case Origin::kMallocLike:
        std::free(address);
        break;
      case Origin::kNew:
        op = kDelete;
        sized ? operator delete(address, block.size) : operator delete(address);
        break;
      case Origin::kNewArray:
        op = kDeleteArray;
        sized ? operator delete[](address, block.size) : operator delete[](address);
        break;
      case Origin::kNewAligned:
        op = kDeleteAligned;
        sized ? operator delete(address, block.size, kBlockAlignment) :
              operator delete(address, kBlockAlignment);
        break;
      case Origin::kNewArrayAligned:
        op = kDeleteArrayAligned;
        sized ? operator delete[](address, block.size, kBlockAlignment) :
              operator delete[](address, kBlockAlignment);
        break;
    }
    block.address = nullptr;
    add({op, 0, number(address), 0, 0, block.size});
  }

  Log log_;
  std::uint64_t random_state_ = 1;
  std::uint64_t done_ = 0;
  std::array<Block, 2000> blocks_{};
};

constexpr std::size_t kMaxThreads = 64;
std::array<Worker, kMaxThreads> g_workers;
const char* g_directory;
std::uint64_t g_events;
pthread_barrier_t g_all_alive;  // all at once, so that no thread inherits the stack of an ended one

void* work(void* argument) {
  const auto index = reinterpret_cast<std::uintptr_t>(argument);
  pthread_barrier_wait(&g_all_alive);
  g_workers[index].run(g_directory, g_events, index + 1);
  pthread_barrier_wait(&g_all_alive);
  return nullptr;
}

void run_threads(std::size_t count) {
  std::array<pthread_t, kMaxThreads> threads;
  pthread_barrier_init(&g_all_alive, nullptr, static_cast<unsigned>(count));
  for (std::size_t i = 0; i != count; ++i) {
    if (pthread_create(&threads[i], nullptr, work, reinterpret_cast<void*>(i)) != 0) fail("pthread_create\n");
  }
  for (std::size_t i = 0; i != count; ++i) pthread_join(threads[i], nullptr);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) fail("usage: accounting DIRECTORY THREADS EVENTS\n");
  g_directory = argv[1];
  const auto threads = static_cast<std::size_t>(std::atoi(argv[2]));
  g_events = std::strtoull(argv[3], nullptr, 10);
  if (threads == 0 || threads > kMaxThreads) fail("1 to 64 threads\n");
  if (threads == 1) {
    g_workers[0].run(g_directory, g_events, 1);
  } else {
    run_threads(threads);
  }
  return 0;
}
