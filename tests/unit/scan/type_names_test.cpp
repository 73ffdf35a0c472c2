#include "scan/type_names.h"

#include <gtest/gtest.h>

#include <memory>
#include <new>

#include "unit/scan/test_heap.h"

namespace leak::hook {
namespace {

using test::Graph;
using test::TestHeap;
using trace::InteriorHint;

struct First {
  virtual ~First() = default;
  std::uint64_t one = 1;
};
struct Second {
  virtual ~Second() = default;
  std::uint64_t two = 2;
};
struct Both : First, Second {};

volatile std::uintptr_t g_base = 0;

// Gives out blocks of a test heap.
template <class T>
struct HeapAllocator {
  using value_type = T;
  explicit HeapAllocator(TestHeap& heap_of_test) noexcept : heap(&heap_of_test) {}
  template <class U>
  explicit HeapAllocator(const HeapAllocator<U>& other) noexcept : heap(other.heap) {}
  T* allocate(std::size_t count) { return static_cast<T*>(heap->object(count * sizeof(T))); }
  void deallocate(T*, std::size_t) noexcept {}
  bool operator==(const HeapAllocator& other) const noexcept { return heap == other.heap; }
  TestHeap* heap;
};

class TypeNamesTest : public ::testing::Test {
 protected:
  ~TypeNamesTest() override { g_base = 0; }
  Graph scan() { return test::scan(test::request_for(heap_)); }
  TestHeap heap_;
};

TEST_F(TypeNamesTest, ReadsTheNameBehindAVtablePointer) {
  new (heap_.object(sizeof(Both))) Both;
  new (heap_.object(sizeof(First))) First;
  new (heap_.object(sizeof(First))) First;
  TestHeap::words(heap_.block(24))[0] = reinterpret_cast<std::uintptr_t>(&g_base);
  const Graph graph = scan();
  EXPECT_EQ(graph.type_of(0), typeid(Both).name() + (typeid(Both).name()[0] == '*' ? 1 : 0));
  EXPECT_EQ(graph.type_of(1), typeid(First).name());
  EXPECT_EQ(graph.blocks[1].type, graph.blocks[2].type);
  EXPECT_EQ(graph.blocks[3].type, 0U);
  EXPECT_EQ(graph.types.size(), 2U);
}

TEST_F(TypeNamesTest, SurvivesPointersToAnything) {
  // Into code, into data, into the last bytes of a file's mapping, at odd places: none is a type.
  MemoryMap map;
  GrowingArray<Module> modules;
  ASSERT_TRUE(map.load());
  ASSERT_TRUE(list_modules(map, modules));
  TypeNames types(map, modules);
  for (const Module& module : modules) {
    for (std::uintptr_t at = module.begin; at < module.end; at += 4096 - 8)
      types.type_of(at & ~std::uintptr_t{7});
    EXPECT_EQ(types.type_of(module.begin), 0U);
    EXPECT_EQ(types.type_of(module.end - 8), 0U);
    EXPECT_EQ(types.type_of(module.end), 0U);
  }
  for (const std::uint64_t word : {std::uint64_t{0}, std::uint64_t{8}, ~std::uint64_t{7}}) {
    EXPECT_EQ(types.type_of(word), 0U);
  }
}

TEST_F(TypeNamesTest, SeesASecondBaseClassBehindAnInteriorPointer) {
  Both* const both = new (heap_.object(sizeof(Both))) Both;
  g_base = reinterpret_cast<std::uintptr_t>(static_cast<Second*>(both));
  auto roots = scan().roots_to(0);
  ASSERT_EQ(roots.size(), 1U);
  EXPECT_EQ(roots[0].hint, InteriorHint::kVtable);
  // A member is no base.
  g_base = reinterpret_cast<std::uintptr_t>(&both->one);
  roots = scan().roots_to(0);
  EXPECT_EQ(roots[0].hint, InteriorHint::kNone);
}

TEST_F(TypeNamesTest, SeesASecondBaseClassAmongManyPointersFarIntoTheObject) {
  struct Large : First {
    std::uint64_t members[100] = {};
  };
  struct Object : Large, Second {
    std::uint64_t more[100] = {};
  };
  Object* const object = new (heap_.object(sizeof(Object))) Object;
  std::uint64_t* const holder = TestHeap::words(heap_.block(80));
  for (std::uint64_t i = 0; i != 6; ++i)
    holder[i] = reinterpret_cast<std::uintptr_t>(&object->members[50 + i]);
  holder[6] = reinterpret_cast<std::uintptr_t>(static_cast<Second*>(object));
  const Graph graph = scan();
  ASSERT_EQ(graph.edges.size(), 5U);  // of those to members a few tell all
  for (std::size_t i = 0; i != 4; ++i) {
    EXPECT_EQ(graph.edges[i].from_offset, 8 * i);
    EXPECT_EQ(graph.edges[i].hint, InteriorHint::kNone);
  }
  EXPECT_EQ(graph.edges[4].from_offset, 48U);
  EXPECT_EQ(graph.edges[4].hint, InteriorHint::kVtable);
}

TEST_F(TypeNamesTest, SeesTheCharactersOfAString) {
  const std::uintptr_t string = heap_.block(40), holder = heap_.block(24);
  TestHeap::words(string)[0] = 5;   // length
  TestHeap::words(string)[1] = 15;  // capacity: 24 + 15 + 1 = 40
  TestHeap::words(holder)[0] = string + 24;
  Graph graph = scan();
  ASSERT_EQ(graph.edges.size(), 1U);
  EXPECT_EQ(graph.edges[0].hint, InteriorHint::kCowString);
  TestHeap::words(string)[1] = 4;  // less than the length
  EXPECT_EQ(scan().edges[0].hint, InteriorHint::kNone);
  // Where a pointer to the start exists, nobody looks.
  TestHeap::words(string)[1] = 15;
  TestHeap::words(holder)[1] = string;
  EXPECT_EQ(scan().edges[0].hint, InteriorHint::kNone);
}

TEST_F(TypeNamesTest, SeesWhatAnObjectOwnsOfItself) {
  // A shared_ptr holds the object and the control block in front of it.
  struct SelfOwner {
    std::uint64_t object;
    std::uint64_t control;
  };
  auto shared = std::allocate_shared<SelfOwner>(HeapAllocator<SelfOwner>(heap_));
  const std::uintptr_t block = scan().blocks[0].address;
  *shared = {reinterpret_cast<std::uintptr_t>(shared.get()), block};
  const std::uintptr_t ring = heap_.block(24);  // an empty list
  TestHeap::words(ring)[0] = TestHeap::words(ring)[1] = ring;
  const std::size_t offset = reinterpret_cast<std::uintptr_t>(&shared->control) - block;
  const Graph graph = scan();
  ASSERT_EQ(graph.edges.size(), 1U);
  EXPECT_EQ(graph.edges[0].from, 0U);
  EXPECT_EQ(graph.edges[0].to, 0U);
  EXPECT_EQ(graph.edges[0].from_offset, offset);
  EXPECT_EQ(graph.edges[0].to_offset, 0U);
}

TEST_F(TypeNamesTest, KeepsTheCountsOfControlBlocksThatAreHeld) {
  auto shared = std::allocate_shared<Both>(HeapAllocator<Both>(heap_));
  const std::weak_ptr<Both> weak = shared;
  g_base = reinterpret_cast<std::uintptr_t>(shared.get());
  const Graph graph = scan();
  EXPECT_EQ(graph.totals.lost_nodes, 0U);
  EXPECT_NE(graph.type_of(0).find("_Sp_counted_ptr_inplace"), std::string::npos);
  ASSERT_EQ(graph.contents.count(0), 1U);
  std::int32_t counts[2];
  std::memcpy(counts, graph.contents.at(0).bytes + 8, sizeof(counts));
  EXPECT_EQ(counts[0], 1);
  EXPECT_EQ(counts[1], 2);
}

}  // namespace
}  // namespace leak::hook
