#include "scan/thread_roots.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pthread.h>

#include <atomic>
#include <thread>

#include "scan/module_list.h"
#include "scan/thread_layout.h"
#include "sys/syscalls.h"
#include "unit/scan/test_heap.h"

namespace leak::hook {
namespace {

using test::Graph;
using test::Pages;
using test::TestHeap;
using ::testing::IsEmpty;
using trace::RootKind;

thread_local volatile std::uintptr_t t_holder = 0;
volatile std::uintptr_t g_variable = 1;

// Holds pointers where only a thread can, and waits. What it is given stands inverted in memory.
class ParkedThread {
 public:
  ParkedThread(std::uintptr_t on_stack, std::uintptr_t in_tls, std::uintptr_t specific, pthread_key_t key)
      : thread_([=, this, a = ~on_stack, b = ~in_tls, c = ~specific] { run(a, b, c, key); }) {
    while (!parked_) std::this_thread::yield();
  }
  ~ParkedThread() {
    leave_ = true;
    leave_.notify_one();
    thread_.join();
  }
  const ThreadContext& context() const { return context_; }

 private:
  __attribute__((noinline)) void run(std::uintptr_t a, std::uintptr_t b, std::uintptr_t c,
                                     pthread_key_t key) {
    volatile std::uintptr_t on_stack = 0;
    if (~a != 0) on_stack = ~a;
    if (~b != 0) t_holder = ~b;
    if (~c != 0) pthread_setspecific(key, reinterpret_cast<void*>(~c));
    context_.tid = sys::gettid();
    context_.stack_pointer = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0)) - 512;
    context_.thread_pointer = static_cast<std::uintptr_t>(pthread_self());
    parked_ = true;
    leave_.wait(false);
    static_cast<void>(on_stack);
  }

  ThreadContext context_;
  std::atomic<bool> parked_{false};
  std::atomic<bool> leave_{false};
  std::thread thread_;
};

class ThreadRoots : public ::testing::Test {
 protected:
  ThreadRoots() {
    resolve_thread_layout();
    pthread_key_create(&key_, nullptr);
  }
  ~ThreadRoots() override { pthread_key_delete(key_); }

  Graph scan(const ThreadContext& thread) {
    request_.threads = &thread;
    request_.thread_count = 1;
    return test::scan(request_);
  }
  static bool any(const std::vector<trace::GraphRoot>& roots, RootKind kind) {
    return std::any_of(roots.begin(), roots.end(), [&](const auto& root) { return root.kind == kind; });
  }

  TestHeap heap_;
  pthread_key_t key_{};
  ScanRequest request_ = test::request_for(heap_);
};

TEST_F(ThreadRoots, KnowsTheLayoutOfThisLibrary) {
  EXPECT_GT(thread_layout().control_bytes, 1000U);
  EXPECT_GT(thread_layout().static_tls_bytes, 0U);
}

TEST_F(ThreadRoots, FindsPointersOnAStack) {
  const ParkedThread thread(heap_.block(24), 0, 0, key_);
  const Graph graph = scan(thread.context());
  EXPECT_TRUE(any(graph.roots_to(0), RootKind::kStack));
  ASSERT_EQ(graph.threads.size(), 1U);
  EXPECT_EQ(graph.threads[0].tid, static_cast<std::uint32_t>(thread.context().tid));
  EXPECT_LE(graph.threads[0].stack_pointer, thread.context().stack_pointer);
  EXPECT_LT(graph.threads[0].stack_end, thread.context().thread_pointer);
  EXPECT_EQ(graph.totals.problems, 0U);
}

TEST_F(ThreadRoots, FindsThreadLocalVariables) {
  const ParkedThread thread(0, heap_.block(24), 0, key_);
  const auto roots = scan(thread.context()).roots_to(0);
  EXPECT_TRUE(any(roots, RootKind::kStaticTls));
}

TEST_F(ThreadRoots, FindsThreadSpecificData) {
  const ParkedThread thread(0, 0, heap_.block(24), key_);
  EXPECT_TRUE(any(scan(thread.context()).roots_to(0), RootKind::kThreadControl));
}

TEST_F(ThreadRoots, LeavesStacksOfEndedThreadsOut) {
  const std::uintptr_t block = heap_.block(24);
  { const ParkedThread thread(block, block, 0, key_); }
  EXPECT_THAT(test::scan(request_).roots_to(0), IsEmpty());
}

TEST_F(ThreadRoots, LeavesOutWhatLiesBelowTheStackPointer) {
  const std::uintptr_t stale = heap_.block(24), live = heap_.block(24), in_red_zone = heap_.block(24);
  const Pages stack(1 << 16);
  const AddressRange mapping = stack.range();
  stack.words()[100] = stale;
  stack.words()[4000 - 16] = in_red_zone;
  stack.words()[8191] = live;
  ThreadContext thread;
  thread.stack_pointer = reinterpret_cast<std::uintptr_t>(stack.words() + 4000);
  request_.mappings = &mapping;
  request_.mapping_count = 1;
  const Graph graph = scan(thread);
  EXPECT_THAT(graph.roots_to(0), IsEmpty());
  EXPECT_TRUE(any(graph.roots_to(1), RootKind::kStack));
  EXPECT_TRUE(any(graph.roots_to(2), RootKind::kStack));
}

TEST_F(ThreadRoots, TakesACoroutineStackInABlockToTheBlocksEnd) {
  const std::uintptr_t stack = heap_.block(8192), held = heap_.block(24), beyond = heap_.block(24);
  TestHeap::words(stack)[1000] = held;
  TestHeap::words(beyond)[0] = beyond;
  ThreadContext thread;
  thread.stack_pointer = stack + 4096;
  const Graph graph = scan(thread);
  EXPECT_TRUE(any(graph.roots_to(1), RootKind::kStack));
  EXPECT_THAT(graph.roots_to(2), IsEmpty());
  EXPECT_EQ(graph.threads[0].stack_end, stack + 8192);
}

TEST_F(ThreadRoots, TakesRegistersButNotTheStackPointer) {
  const std::uintptr_t a = heap_.block(24), b = heap_.block(24);
  std::uint64_t registers[40] = {};
  registers[5] = a + 8;
  registers[19] = b;  // rsp
  registers[30] = a;  // of a vector register
  ThreadContext thread;
  thread.registers = registers;
  thread.register_count = 40;
  const Graph graph = scan(thread);
  const auto roots = graph.roots_to(0);
  ASSERT_EQ(roots.size(), 2U);
  EXPECT_EQ(roots[0].kind, RootKind::kRegister);
  EXPECT_EQ(roots[0].where, 5U);
  EXPECT_EQ(roots[0].to_offset, 8U);
  EXPECT_EQ(roots[1].where, 30U);
  EXPECT_THAT(graph.roots_to(1), IsEmpty());
}

TEST_F(ThreadRoots, FindsDynamicThreadLocals) {
  const std::uintptr_t table = heap_.block(16 * 8), variables = heap_.block(64), unused = heap_.block(24);
  TestHeap::words(table)[0] = 3;               // modules
  TestHeap::words(table)[4] = variables + 16;  // of module 1: value, to_free
  TestHeap::words(table)[5] = variables;
  TestHeap::words(table)[6] = kDtvUnallocated;
  TestHeap::words(table)[7] = unused;
  const Pages control(1 << 16);
  control.words()[4096 + 1] = table + 16;
  ThreadContext thread;
  thread.thread_pointer = reinterpret_cast<std::uintptr_t>(control.words() + 4096);
  const AddressRange ours = control.range();
  request_.excluded = &ours;
  request_.excluded_count = 1;
  const Graph graph = scan(thread);
  for (const std::uint32_t node : {0U, 1U}) {
    const auto roots = graph.roots_to(node);
    ASSERT_EQ(roots.size(), 1U) << node;
    EXPECT_EQ(roots[0].kind, RootKind::kDynamicTls);
    EXPECT_EQ(roots[0].to_offset, 0U);
  }
  EXPECT_THAT(graph.roots_to(2), IsEmpty());
}

// What the loader writes once and then protects holds no pointers of the program's.
TEST_F(ThreadRoots, ModuleDataLeavesOutWhatIsReadOnlyAfterRelocation) {
  MemoryMap map;
  GrowingArray<Module> modules;
  ASSERT_TRUE(map.load());
  ASSERT_TRUE(list_modules(map, modules));
  const auto holds = [&](std::uintptr_t address) {
    for (const Module& module : modules) {
      for (std::uint32_t i = 0; i != module.data_count; ++i) {
        if (module.data[i].contains(address)) return true;
      }
    }
    return false;
  };
  EXPECT_TRUE(holds(reinterpret_cast<std::uintptr_t>(&g_variable)));
  EXPECT_TRUE(holds(reinterpret_cast<std::uintptr_t>(&stdout)));
  EXPECT_FALSE(holds(reinterpret_cast<std::uintptr_t>(&typeid(ThreadRoots))));
}

TEST_F(ThreadRoots, FindsTheAllocatorsLists) {
  MemoryMap map;
  GrowingArray<Module> modules;
  ASSERT_TRUE(map.load());
  ASSERT_TRUE(list_modules(map, modules));
  // A freed chunk too large for the caches is on one of the lists, whose heads lie in the arena.
  // Its neighbours stay in use, or it would be merged with them; volatile, or the compiler would leave them
  // out.
  void* volatile const before = malloc(5000);
  std::uintptr_t chunk = reinterpret_cast<std::uintptr_t>(malloc(5000));
  void* volatile const behind = malloc(5000);
  free(reinterpret_cast<void*>(chunk));
  __asm__("" : "+r"(chunk));  // the compiler knows what free means
  const std::uintptr_t link = *reinterpret_cast<const volatile std::uintptr_t*>(chunk);
  std::size_t found = 0;
  for (const Module& module : modules) {
    const AddressRange arena = find_main_arena(map, module);
    if (arena.bytes() == 0) continue;
    ++found;
    EXPECT_EQ(arena.bytes(), 2200U);
    // Other chunks may come before the head; links lead to 16 bytes before a chunk's own link.
    std::uintptr_t at = link;
    for (int steps = 0; steps != 1000 && at != 0 && !arena.contains(at); ++steps) {
      std::memcpy(&at, reinterpret_cast<const void*>(at + 16), sizeof(at));
    }
    EXPECT_TRUE(arena.contains(at));
  }
  free(before);
  free(behind);
  EXPECT_EQ(found, 1U);
}

}  // namespace
}  // namespace leak::hook
