// Only the kernel and the ring that it shares know the block: it is the user data of a request under way.
// Exits with 77 where the kernel has no io_uring.
#include <linux/io_uring.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>

#include "truth.h"

namespace {

[[gnu::used]] io_uring_sqe* g_entries;
[[gnu::used]] char* g_queue;

// A request to wait until an event that never comes; its user data is a block that nothing else knows.
void submit(bool fixed) {
  io_uring_params parameters{};
  const int ring = static_cast<int>(syscall(SYS_io_uring_setup, 4, &parameters));
  if (ring < 0) std::_Exit(77);
  auto* entries = static_cast<io_uring_sqe*>(mmap(nullptr, parameters.sq_entries * sizeof(io_uring_sqe),
                                                  PROT_READ | PROT_WRITE, MAP_SHARED, ring, IORING_OFF_SQES));
  const std::size_t ring_size = parameters.sq_off.array + parameters.sq_entries * sizeof(std::uint32_t);
  auto* queue = static_cast<char*>(
      mmap(nullptr, ring_size, PROT_READ | PROT_WRITE, MAP_SHARED, ring, IORING_OFF_SQ_RING));
  g_entries = entries;
  g_queue = queue;
  void* block = std::malloc(100);
  std::memset(entries, 0, sizeof *entries);
  entries->opcode = IORING_OP_POLL_ADD;
  entries->fd = eventfd(0, EFD_CLOEXEC);
  entries->poll32_events = POLLIN;
  entries->user_data = reinterpret_cast<std::uint64_t>(block);
  reinterpret_cast<std::uint32_t*>(queue + parameters.sq_off.array)[0] = 0;
  __atomic_store_n(reinterpret_cast<std::uint32_t*>(queue + parameters.sq_off.tail), 1, __ATOMIC_RELEASE);
  if (syscall(SYS_io_uring_enter, ring, 1, 0, 0, nullptr, 0) != 1) std::_Exit(77);
  if (!fixed) return;
  std::free(block);
  munmap(queue, ring_size);
  munmap(entries, parameters.sq_entries * sizeof(io_uring_sqe));
  close(ring);
}

void work(bool fixed) { submit(fixed); }

}  // namespace

int main(int argc, char** argv) { return run(argc, argv, work); }
