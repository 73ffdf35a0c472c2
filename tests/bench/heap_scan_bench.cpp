// How long the scan of a heap takes, in place and in a forked child: blocks of the real allocator with
// pointers to one another at random. Arguments: blocks, average bytes of a block, pointers in hundredths of a
// block, lost blocks in a thousand, scans of each kind, threads that scan. With LD_PRELOAD=liblsan.so.0 and
// no scans, what the process takes longer than without is LeakSanitizer's own scan of the same heap.
#include <malloc.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <vector>

#include "scan/heap_scan.h"
#include "scan/thread_layout.h"

namespace {

namespace hook = leak::hook;

struct Options {
  std::size_t blocks;
  std::size_t bytes;
  std::size_t pointers_percent;
  std::size_t lost_permille;
  unsigned threads;
};

std::uint64_t next_random() {
  static std::uint64_t state = 88172645463325252;
  state ^= state << 13;
  state ^= state >> 7;
  return state ^= state << 17;
}

// Addresses in ascending order, as the live set gives them; hidden from the scan, or all would be reachable.
struct Blocks {
  std::vector<std::uintptr_t> inverted;
  template <class F>
  void for_each(F&& f) const {
    for (const std::uintptr_t block : inverted) f(~block);
  }
};

std::uintptr_t usable_size(std::uintptr_t block) {
  return malloc_usable_size(reinterpret_cast<void*>(block));
}

void** volatile g_table = nullptr;  // the one root, itself on the heap

Blocks make_heap(const Options& options) {
  Blocks blocks;
  blocks.inverted.reserve(options.blocks + 1);
  for (std::size_t i = 0; i != options.blocks; ++i) {
    const std::size_t bytes = std::max<std::size_t>(options.bytes / 2 + next_random() % options.bytes, 16);
    void* const block = malloc(bytes);
    // Old words that no pointer can be.
    std::memset(block, 0x11, bytes);
    blocks.inverted.push_back(~reinterpret_cast<std::uintptr_t>(block));
  }
  const auto any_words = [&] {
    return reinterpret_cast<std::uintptr_t*>(~blocks.inverted[next_random() % options.blocks]);
  };
  const std::size_t pointers = options.blocks * options.pointers_percent / 100;
  for (std::size_t i = 0; i != pointers; ++i) {
    std::uintptr_t* const from = any_words();
    from[next_random() % (usable_size(reinterpret_cast<std::uintptr_t>(from)) / 8)] =
        reinterpret_cast<std::uintptr_t>(any_words());
  }
  g_table = static_cast<void**>(calloc(options.blocks, sizeof(void*)));
  for (std::size_t i = 0; i != options.blocks; ++i) {
    if (next_random() % 1000 >= options.lost_permille)
      g_table[i] = reinterpret_cast<void*>(~blocks.inverted[i]);
  }
  blocks.inverted.push_back(~reinterpret_cast<std::uintptr_t>(g_table));
  std::sort(blocks.inverted.rbegin(), blocks.inverted.rend());
  return blocks;
}

hook::ScanOutcome scan(const Blocks& blocks, unsigned threads, std::uint64_t& bytes) {
  hook::ScanRequest request;
  request.pid = getpid();
  request.live = hook::block_source(blocks);
  request.usable_size = usable_size;
  request.sizes_for_all_threads = true;
  request.helpers = threads - 1;
  request.graph_id = 1;
  hook::ThreadContext thread;
  thread.tid = getpid();
  thread.stack_pointer = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
  thread.thread_pointer = reinterpret_cast<std::uintptr_t>(__builtin_thread_pointer());
  request.threads = &thread;
  request.thread_count = 1;
  const hook::GraphSink sink{
      [](void* self, const void*, std::size_t part, const leak::trace::GraphPart&) noexcept {
        *static_cast<std::uint64_t*>(self) += part;
        return true;
      },
      &bytes};
  return hook::scan_heap(request, sink);
}

// Processor time beside the clock's: a busy machine spoils the one less than the other.
struct Stopwatch {
  double wall = seconds(CLOCK_MONOTONIC);
  double cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
  static double seconds(clockid_t clock) {
    timespec now{};
    clock_gettime(clock, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
  }
  void print(const char* what) const {
    std::printf("%s %.3f s (%.3f s of processor time)", what, seconds(CLOCK_MONOTONIC) - wall,
                seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu);
  }
};

void scan_in_place(const Blocks& blocks, unsigned threads) {
  const Stopwatch watch;
  std::uint64_t bytes = 0;
  const hook::ScanOutcome outcome = scan(blocks, threads, bytes);
  watch.print("in place");
  const auto& totals = outcome.totals;
  std::printf(
      ": %llu blocks, %llu edges, %llu roots, %llu lost, %llu encoded, %.2f GB read, %.1f MB of graph\n",
      static_cast<unsigned long long>(totals.blocks), static_cast<unsigned long long>(totals.edges),
      static_cast<unsigned long long>(totals.roots), static_cast<unsigned long long>(totals.lost_nodes),
      static_cast<unsigned long long>(totals.encoded_edges), static_cast<double>(totals.scanned_bytes) / 1e9,
      static_cast<double>(bytes) / 1e6);
}

void scan_in_child(const Blocks& blocks, unsigned threads) {
  const Stopwatch fork_watch;
  const pid_t child = fork();
  if (child == 0) {
    const Stopwatch watch;
    std::uint64_t bytes = 0;
    const bool complete = scan(blocks, threads, bytes).complete;
    watch.print("in a child");
    std::printf("%s\n", complete ? "" : ": failed");
    std::fflush(stdout);
    _exit(0);
  }
  fork_watch.print("fork");
  std::printf("\n");
  std::fflush(stdout);
  waitpid(child, nullptr, 0);
}

}  // namespace

int main(int argc, char** argv) {
  const auto number = [&](int at, std::size_t otherwise) {
    return argc > at ? static_cast<std::size_t>(std::strtoull(argv[at], nullptr, 10)) : otherwise;
  };
  const Options options{number(1, 1'000'000), number(2, 1000), number(3, 190), number(4, 50),
                        static_cast<unsigned>(std::max<std::size_t>(number(6, 1), 1))};
  const std::size_t scans = number(5, 3);
  hook::resolve_thread_layout();
  const Blocks blocks = make_heap(options);
  for (std::size_t i = 0; i != scans; ++i) scan_in_place(blocks, options.threads);
  std::fflush(stdout);
  for (std::size_t i = 0; i != scans; ++i) scan_in_child(blocks, options.threads);
  return 0;
}
