#include "sink/journal.h"

#include <fcntl.h>
#include <sys/mman.h>

#include <cerrno>
#include <cstring>

#include "sys/pages.h"
#include "sys/syscalls.h"

namespace leak::hook {

namespace {

constexpr std::size_t kSegmentBytes = std::size_t{SlotPool::kSlotsPerSegment} * trace::kSlotBytes;

constexpr std::uint64_t segment_offset(std::uint32_t number) noexcept {
  return trace::kJournalSlotsOffset + std::uint64_t{number} * kSegmentBytes;
}

long map_shared(int descriptor, std::uint64_t offset, std::size_t bytes, void* where = nullptr) noexcept {
  const int flags = MAP_SHARED | (where != nullptr ? MAP_FIXED : 0);
  const long memory = sys::raw_syscall(SYS_mmap, sys::as_arg(where), static_cast<long>(bytes),
                                       PROT_READ | PROT_WRITE, flags, descriptor, static_cast<long>(offset));
  if (where == nullptr && !sys::is_error(memory)) {
    sys::add_own_memory(reinterpret_cast<void*>(memory), bytes);
    // Reading ahead would fill pages that a short program never touches, with zeros.
    sys::raw_syscall(SYS_madvise, memory, static_cast<long>(bytes), MADV_RANDOM);
  }
  return memory;
}

long create(const char* path) noexcept {
  return sys::raw_syscall(SYS_openat, AT_FDCWD, sys::as_arg(path), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC,
                          0644);
}

}  // namespace

// Space for the range, on file systems that cannot allocate too (there by writing zeros).
long Journal::allocate(std::uint64_t offset, std::uint64_t bytes) noexcept {
  const long result =
      sys::raw_syscall(SYS_fallocate, descriptor_, 0, static_cast<long>(offset), static_cast<long>(bytes));
  if (result != -EOPNOTSUPP && result != -ENOSYS) return result;
  static constexpr char kZeros[4096] = {};
  for (std::uint64_t done = 0; done < bytes; done += sizeof(kZeros)) {
    const long written = sys::raw_syscall(SYS_pwrite64, descriptor_, sys::as_arg(kZeros), sizeof(kZeros),
                                          static_cast<long>(offset + done));
    if (written != static_cast<long>(sizeof(kZeros))) return written < 0 ? written : -ENOSPC;
  }
  return 0;
}

long Journal::open(const char* path, const void* process_record, std::size_t process_bytes, std::uint32_t pid,
                   std::uint64_t start_ticks, SlotPool& pool) noexcept {
  path_.clear();
  path_.add(path);
  const long descriptor = create(path);
  if (descriptor < 0) return descriptor;
  descriptor_ = static_cast<int>(descriptor);
  long result = allocate(0, trace::kJournalSlotsOffset);
  if (result != 0) return result;
  const long memory = map_shared(descriptor_, 0, trace::kJournalSlotsOffset);
  if (sys::is_error(memory)) return memory;

  header_ = reinterpret_cast<trace::JournalHeader*>(memory);
  header_->version = trace::kFormatVersion;
  header_->header_bytes = sizeof(trace::JournalHeader);
  header_->slot_bytes = trace::kSlotBytes;
  header_->pid = pid;
  header_->process_start_ticks = start_ticks;
  std::memcpy(reinterpret_cast<char*>(memory) + trace::kJournalProcessOffset, process_record, process_bytes);
  header_->process_bytes = static_cast<std::uint32_t>(process_bytes);
  control()->version.store(trace::kControlVersion, std::memory_order_relaxed);
  result = grow(pool);
  if (result != 0) return result;
  header_->magic = trace::kJournalMagic;  // last: a journal with it is complete
  return 0;
}

long Journal::grow(SlotPool& pool) noexcept {
  const std::uint32_t number = pool.slot_count() / SlotPool::kSlotsPerSegment;
  if (number == SlotPool::kMaxSegments) return -ENOSPC;
  const long result = allocate(segment_offset(number), kSegmentBytes);
  if (result != 0) return result;
  const long memory = map_shared(descriptor_, segment_offset(number), kSegmentBytes);
  if (sys::is_error(memory)) return memory;
  // The count goes first: a slot in use must be one that the reader of the journal looks at.
  header_->slot_count.store((number + 1) * SlotPool::kSlotsPerSegment, std::memory_order_release);
  pool.add_segment(reinterpret_cast<void*>(memory));
  return 0;
}

trace::JournalControl* Journal::control() noexcept {
  if (header_ == nullptr) return nullptr;
  return reinterpret_cast<trace::JournalControl*>(reinterpret_cast<char*>(header_) + trace::kJournalControlOffset);
}

void Journal::store_calibration(std::uint64_t ticks, std::uint64_t mono_ns) noexcept {
  header_->last_ticks.store(ticks, std::memory_order_relaxed);
  header_->last_mono_ns.store(mono_ns, std::memory_order_relaxed);
}

void Journal::store_drops(const std::atomic<std::uint64_t>* dropped) noexcept {
  for (std::size_t i = 0; i != trace::kDropReasonCount; ++i) {
    header_->drops[i].store(dropped[i].load(std::memory_order_relaxed), std::memory_order_relaxed);
  }
}

void Journal::remove() noexcept {
  if (descriptor_ >= 0) sys::raw_syscall(SYS_unlinkat, AT_FDCWD, sys::as_arg(path_.c_str()), 0);
}

long Journal::restore(const SlotPool& pool) noexcept {
  const long descriptor = create(path_.c_str());
  if (descriptor < 0) return descriptor;
  sys::raw_syscall(SYS_close, descriptor_);
  descriptor_ = static_cast<int>(descriptor);
  const std::uint32_t segments = pool.slot_count() / SlotPool::kSlotsPerSegment;
  const long result = allocate(0, segment_offset(segments));
  if (result != 0) return result;
  long written =
      sys::raw_syscall(SYS_pwrite64, descriptor_, sys::as_arg(header_), trace::kJournalSlotsOffset, 0);
  for (std::uint32_t i = 0; i != segments && written > 0; ++i) {
    written = sys::raw_syscall(SYS_pwrite64, descriptor_, sys::as_arg(pool.segment(i)), kSegmentBytes,
                               static_cast<long>(segment_offset(i)));
  }
  if (written < 0) return written;
  long mapped = map_shared(descriptor_, 0, trace::kJournalSlotsOffset, header_);
  for (std::uint32_t i = 0; i != segments && !sys::is_error(mapped); ++i) {
    mapped = map_shared(descriptor_, segment_offset(i), kSegmentBytes, pool.segment(i));
  }
  return sys::is_error(mapped) ? mapped : 0;
}

void Journal::detach_in_child(const SlotPool& parent_pool) noexcept {
  const std::uint32_t segments = parent_pool.slot_count() / SlotPool::kSlotsPerSegment;
  for (std::uint32_t i = 0; i != segments; ++i) {
    sys::raw_syscall(SYS_mmap, sys::as_arg(parent_pool.segment(i)), kSegmentBytes, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
  }
}

}  // namespace leak::hook
