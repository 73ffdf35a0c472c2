// A copy of the program's memory at one moment: a child that the kernel made, without the C library's knowledge (no
// atfork handlers, no SIGCHLD, invisible to wait()). It scans itself and posts the graph; the program runs on.
#pragma once

#include <cstdint>

#include "scan/heap_scan.h"
#include "snapshot/mailbox.h"

namespace leak::hook {

class ForkedImage {
 public:
  // Takes the copy and starts the scan in it. `finish_request` runs in the copy first. False: the kernel refused.
  // Writer thread only, one image at a time.
  bool start(const ScanRequest& request, void (*finish_request)(ScanRequest& request, void* context),
             void* context, bool dies) noexcept;

  bool running() const noexcept { return child_ != 0; }
  // Takes in what has been posted: append(letter) for each part. When the child has ended and all is taken in, the
  // image is no longer running.
  template <class Append>
  void collect(Append&& append) noexcept {
    if (child_ == 0) return;
    const bool ended = has_ended();  // first: what it posted before its end is there now
    while (const Mailbox::Letter* letter = mailbox_.oldest()) {
      append(*letter);
      mailbox_.drop();
    }
    if (ended) child_ = 0;
  }
  void kill() noexcept;
  // A forked child of the program: the image is its parent's.
  void forget() noexcept {
    child_ = 0;
    mailbox_.forget();
  }

 private:
  [[noreturn]] void scan(const ScanRequest& request, void (*finish_request)(ScanRequest&, void*), void* context,
                         bool dies) noexcept;
  bool has_ended() noexcept;

  Mailbox mailbox_;
  int child_ = 0;
};

// The calling thread runs on another thread's thread pointer: an allocator may want thread-local storage that is
// really there to answer how large a block is. Requires: the other thread does not run, or is in another process.
void adopt_thread_pointer(std::uintptr_t thread_pointer) noexcept;

}  // namespace leak::hook
