// The journal file: what has not reached the trace yet, in a shared mapping that outlives any death of the process.
// Disk space is allocated before a page is ever touched, so a full disk is an error here and never a SIGBUS in
// the program. Used by the writer thread only.
#pragma once

#include <cstddef>
#include <cstdint>

#include "buffer/slot_pool.h"
#include "sys/text.h"
#include "trace_format/control.h"
#include "trace_format/layout.h"

namespace leak::hook {

class Journal {
 public:
  // Creates the file at `path`, with the process record and the first segment of slots, which go to `pool`.
  // 0 or minus an error number.
  long open(const char* path, const void* process_record, std::size_t process_bytes, std::uint32_t pid,
            std::uint64_t start_ticks, SlotPool& pool) noexcept;

  // Its slots may hold events about resources.
  void announce_resources() noexcept { header_->version = trace::kResourcesVersion; }

  // One more segment of slots. 0 or minus an error number.
  long grow(SlotPool& pool) noexcept;

  trace::JournalControl* control() noexcept;

  void store_calibration(std::uint64_t ticks, std::uint64_t mono_ns) noexcept;
  void store_drops(const std::atomic<std::uint64_t>* dropped) noexcept;

  // Everything stands in the trace: the file goes. The memory stays usable.
  void remove() noexcept;
  // After remove(), when the process goes on (exec failed): the same content in a new file, at the same addresses.
  // Requires: no other thread is recording. 0 or minus an error number.
  long restore(const SlotPool& pool) noexcept;

  // Journals of other processes must not be written by a forked child: its mapping of the parent's journal
  // becomes private memory. Called in the child.
  static void detach_in_child(const SlotPool& parent_pool) noexcept;

 private:
  long allocate(std::uint64_t offset, std::uint64_t bytes) noexcept;

  int descriptor_ = -1;
  trace::JournalHeader* header_ = nullptr;
  sys::PathText path_;
};

}  // namespace leak::hook
