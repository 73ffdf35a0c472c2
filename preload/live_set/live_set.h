// Which heap blocks are live right now, for the scan of the heap: one byte for each cell of addresses in
// which at most one block can begin, in leaves that are mapped where blocks appear. Any thread inserts and
// erases with a plain store: who erases a block still owns its cell, and who inserts the next got the memory
// through the allocator, later. A bit for each cell would take an eighth of the memory and two locked
// instructions per block, which cost more than the rest of the hook's bookkeeping (measured: 3 to 10 ns per
// event).
//
// Where blocks may begin closer together than a cell is long, a leaf has as many planes as may begin in one,
// and where in the cell a block begins says in which plane its byte is. Most size classes use one or two
// planes, so that the bytes a program touches are about as few as with glibc, and not four times as many.
//
// The hooks mark a block after the real allocation and before the event is recorded, and clear it after the
// free is recorded and before the real free. So an address in somebody else's hands is never marked for us,
// and every block that the trace says is live at some moment is marked at that moment. The set holds all
// blocks that the hooks saw, also those that a sample or a pause leaves out of the trace: a block that is not
// looked at would hide what it holds.
//
// A forked child has the parent's set as of the fork, which is what the child's heap holds: the set goes on.
#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace leak::hook {

class LiveSet {
 public:
  // No two blocks begin within 2^spacing_shift bytes of each other, and each begins at a multiple of 8: 5 for
  // glibc, whose smallest chunk has 32 bytes; 3 where an allocator has classes of 8 bytes. Until then the set
  // is off and every call costs one branch.
  void enable(unsigned spacing_shift) noexcept { shift_.store(spacing_shift, std::memory_order_relaxed); }
  bool enabled() const noexcept { return shift_.load(std::memory_order_relaxed) != 0; }

  void insert(std::uintptr_t block) noexcept {
    const unsigned shift = shift_.load(std::memory_order_relaxed);
    if (shift == 0) [[unlikely]]
      return;
    Cell* leaf = leaf_of(block);
    if (leaf == nullptr) [[unlikely]] {
      leaf = install_leaf(block);
      if (leaf == nullptr) return;
    }
    // relaxed: who reads the set has stopped the threads, or takes what it gets.
    leaf[cell_index(block, shift)].store(mark_of(block), std::memory_order_relaxed);
  }

  void erase(std::uintptr_t block) noexcept {
    const unsigned shift = shift_.load(std::memory_order_relaxed);
    if (shift == 0) [[unlikely]]
      return;
    Cell* const leaf = leaf_of(block);
    if (leaf == nullptr) [[unlikely]]
      return;  // from before us
    leaf[cell_index(block, shift)].store(0, std::memory_order_relaxed);
  }

  // Erasing in two steps, because in a large heap the cell is in no cache: the first fetches it.
  using Cell = std::atomic<std::uint8_t>;
  Cell* expect_erase(std::uintptr_t block) const noexcept {
    const unsigned shift = shift_.load(std::memory_order_relaxed);
    Cell* const leaf = shift == 0 ? nullptr : leaf_of(block);
    if (leaf == nullptr) [[unlikely]]
      return nullptr;
    Cell* const cell = leaf + cell_index(block, shift);
    __builtin_prefetch(cell, 1);
    return cell;
  }
  static void erase(Cell* expected) noexcept {
    if (expected != nullptr) [[likely]]
      expected->store(0, std::memory_order_relaxed);
  }

  bool contains(std::uintptr_t block) const noexcept {
    const unsigned shift = shift_.load(std::memory_order_relaxed);
    const Cell* const leaf = shift == 0 ? nullptr : leaf_of(block);
    return leaf != nullptr &&
           leaf[cell_index(block, shift)].load(std::memory_order_relaxed) == mark_of(block);
  }

  // f(block) for each, ascending. Blocks that come or go meanwhile may or may not be met.
  template <class F>
  void for_each(F&& f) const noexcept {
    const unsigned shift = shift_.load(std::memory_order_relaxed);
    if (shift == 0) return;
    for (std::size_t group = 0; group != kLeaves / 64; ++group) {
      // acquire: pairs with install_leaf.
      for (std::uint64_t left = installed_[group].load(std::memory_order_acquire); left != 0;
           left &= left - 1) {
        const std::size_t number = group * 64 + static_cast<std::size_t>(std::countr_zero(left));
        visit_leaf(leaves_[number].load(std::memory_order_relaxed), number, planes_of(shift), f);
      }
    }
  }

 private:
  // 0: no block begins here; otherwise 1 + the block's offset in the cell, in units of 8 bytes.
  static_assert(sizeof(Cell) == 1);
  static constexpr unsigned kCellShift = 5;
  static constexpr unsigned kUnitShift = 3;
  static constexpr std::size_t kMaxPlanes = std::size_t{1} << (kCellShift - kUnitShift);

  // Nothing above is given to a program that does not ask for it.
#if defined(__x86_64__)
  static constexpr unsigned kAddressBits = 47;
#else
  static constexpr unsigned kAddressBits = 48;
#endif
  // One leaf covers what one of glibc's thread arenas does; it takes 2 or 8 MiB of address space, of which
  // only the pages are touched where blocks begin.
  static constexpr unsigned kLeafShift = 26;
  static constexpr std::size_t kLeaves = std::size_t{1} << (kAddressBits - kLeafShift);
  static constexpr std::uintptr_t kLeafMask = (std::uintptr_t{1} << kLeafShift) - 1;
  static constexpr std::size_t kPlaneCells = std::size_t{1} << (kLeafShift - kCellShift);

  Cell* leaf_of(std::uintptr_t block) const noexcept {
    const std::size_t number = block >> kLeafShift;
    if (number >= kLeaves) [[unlikely]]
      return nullptr;
    return leaves_[number].load(std::memory_order_acquire);  // pairs with install_leaf
  }
  static std::uintptr_t offset_in_cell(std::uintptr_t block) noexcept {
    return block & ((std::uintptr_t{1} << kCellShift) - 1);
  }
  static std::size_t cell_index(std::uintptr_t block, unsigned spacing_shift) noexcept {
    const std::size_t plane = offset_in_cell(block) >> spacing_shift;
    return plane * kPlaneCells + ((block & kLeafMask) >> kCellShift);
  }
  static std::uint8_t mark_of(std::uintptr_t block) noexcept {
    return static_cast<std::uint8_t>(1 + (offset_in_cell(block) >> kUnitShift));
  }
  static std::size_t planes_of(unsigned spacing_shift) noexcept {
    return std::size_t{1} << (kCellShift - spacing_shift);
  }

  template <class F>
  static void visit_leaf(const Cell* leaf, std::size_t number, std::size_t planes, F& f) noexcept {
    std::uintptr_t cell = static_cast<std::uintptr_t>(number) << kLeafShift;
    for (std::size_t i = 0; i != kPlaneCells; i += sizeof(std::uint64_t)) {
      std::uint64_t eight[kMaxPlanes];
      std::uint64_t any = 0;  // most are empty
      for (std::size_t plane = 0; plane != planes; ++plane) {
        std::memcpy(&eight[plane], static_cast<const void*>(leaf + plane * kPlaneCells + i), sizeof(any));
        any |= eight[plane];
      }
      for (; any != 0; any &= ~(std::uint64_t{0xff} << (std::countr_zero(any) & ~7))) {
        const unsigned byte = static_cast<unsigned>(std::countr_zero(any)) / 8;
        for (std::size_t plane = 0; plane != planes; ++plane) {
          const std::uintptr_t mark = eight[plane] >> (8 * byte) & 0xff;
          if (mark != 0) f(cell + (std::uintptr_t{byte} << kCellShift) + ((mark - 1) << kUnitShift));
        }
      }
      cell += sizeof(any) << kCellShift;
    }
  }

  // nullptr: no memory, or the address is beyond what the set covers; the block stays unknown.
  Cell* install_leaf(std::uintptr_t block) noexcept;

  std::atomic<unsigned> shift_{0};
  std::atomic<std::uint64_t> installed_[kLeaves / 64] = {};  // bit n: leaves_[n] is there
  std::atomic<Cell*> leaves_[kLeaves] = {};
};

extern constinit LiveSet g_live_set;

// How large a block is, by the allocator behind us; nullptr: it does not say. Set before the first block is
// marked.
using UsableSize = std::size_t (*)(void* block);
extern constinit UsableSize g_usable_size;
// Whether it uses nothing of the thread that asks, so that several may at once in the name of one.
extern constinit bool g_sizes_for_all_threads;

inline void mark_live(const void* block) noexcept {
  g_live_set.insert(reinterpret_cast<std::uintptr_t>(block));
}
// In two steps: the first fetches what the second, clear_mark(), needs.
inline LiveSet::Cell* expect_mark_dead(const void* block) noexcept {
  return g_live_set.expect_erase(reinterpret_cast<std::uintptr_t>(block));
}
inline void clear_mark(LiveSet::Cell* expected) noexcept { LiveSet::erase(expected); }
inline void mark_dead(const void* block) noexcept {
  g_live_set.erase(reinterpret_cast<std::uintptr_t>(block));
}

}  // namespace leak::hook
