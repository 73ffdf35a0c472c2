#include "snapshot/mailbox.h"

#include <linux/futex.h>
#include <sys/mman.h>

#include <cstring>

#include "sys/own_memory.h"
#include "sys/pages.h"
#include "sys/syscalls.h"

namespace leak::hook {

bool Mailbox::open() noexcept {
  if (shared_ != nullptr) return true;
  const long memory = sys::raw_syscall(SYS_mmap, 0, sizeof(Shared), PROT_READ | PROT_WRITE,
                                       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (sys::is_error(memory)) return false;
  shared_ = reinterpret_cast<Shared*>(memory);
  sys::add_own_memory(shared_, sizeof(Shared));
  return true;
}

void Mailbox::reset() noexcept {
  for (Letter& letter : shared_->letters) letter.full.store(0, std::memory_order_relaxed);
  next_put_ = 0;
  next_taken_ = 0;
}

void Mailbox::forget() noexcept {
  if (shared_ != nullptr) sys::unmap_pages(shared_, sizeof(Shared));
  shared_ = nullptr;
}

void Mailbox::put(const void* body, std::size_t bytes, const trace::GraphPart& part) noexcept {
  Letter& letter = shared_->letters[next_put_++ % kPlaces];
  while (letter.full.load(std::memory_order_acquire) != 0) {  // pairs with drop()
    // Shared between two address spaces: not a private futex.
    sys::raw_syscall(SYS_futex, sys::as_arg(&letter.full), FUTEX_WAIT, 1, 0);
  }
  std::memcpy(letter.body, body, bytes);
  letter.bytes = static_cast<std::uint32_t>(bytes);
  letter.part = part;
  letter.full.store(1, std::memory_order_release);  // pairs with oldest()
}

const Mailbox::Letter* Mailbox::oldest() noexcept {
  Letter& letter = shared_->letters[next_taken_ % kPlaces];
  return letter.full.load(std::memory_order_acquire) != 0 ? &letter : nullptr;
}

void Mailbox::drop() noexcept {
  Letter& letter = shared_->letters[next_taken_++ % kPlaces];
  letter.full.store(0, std::memory_order_release);
  sys::raw_syscall(SYS_futex, sys::as_arg(&letter.full), FUTEX_WAKE, 1);
}

}  // namespace leak::hook
