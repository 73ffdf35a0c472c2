// The live blocks that were made while a window is open (block_window.h), by address, each with its stack.
//
// Any thread inside a hook; a short lock for each of a few dozen parts of the table, never held across a call
// out of the library. Who holds one is in a hook scope, so a signal handler that allocates meanwhile defers
// its events and does not come here. Memory is mapped at need and given back by clear().
#pragma once

#include <cstddef>
#include <cstdint>

namespace leak::hook {

struct WindowBlock {
  static constexpr std::uint32_t kMostFrames = 32;

  std::uintptr_t address;
  std::uint64_t size;
  std::uint64_t ticks;  // when it was made
  const char* name;     // the program's; nullptr: none
  std::uint32_t tid;
  std::uint32_t frame_count;
  std::uintptr_t frames[kMostFrames];  // return addresses, leaf first
  WindowBlock* next;                   // the table's
};

class WindowTable {
 public:
  // Calls fill(block) for a block that is all zero but for its address. What the table knew of the address
  // before is over: it goes to `replaced`, whose address is 0 when there was nothing. false: no memory.
  template <class Fill>
  bool insert(std::uintptr_t address, WindowBlock& replaced, Fill&& fill) noexcept {
    return insert_with(
        address, replaced, [](void* context, WindowBlock& block) { (*static_cast<Fill*>(context))(block); },
        &fill);
  }

  // Takes the block out if it was made before `ticks`; its address is 0 when there is none.
  void remove(std::uintptr_t address, std::uint64_t ticks, WindowBlock& removed) noexcept;

  // false: the table does not know the block.
  bool name(std::uintptr_t address, const char* name) noexcept;

  // f(const WindowBlock&) for each, in no order; false from f ends it. f must not come back to the table.
  template <class F>
  void for_each(F&& f) noexcept {
    visit([](void* context, const WindowBlock& block) { return (*static_cast<F*>(context))(block); }, &f);
  }

  void clear() noexcept;

  // In a forked child: whoever held a lock is gone. Requires: no other thread.
  void forget() noexcept;

 private:
  bool insert_with(std::uintptr_t address, WindowBlock& replaced, void (*fill)(void*, WindowBlock&),
                   void* context) noexcept;
  void visit(bool (*visitor)(void*, const WindowBlock&), void* context) noexcept;
};

extern constinit WindowTable g_window_table;

}  // namespace leak::hook
