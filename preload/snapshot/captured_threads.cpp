#include "snapshot/captured_threads.h"

#include "sys/pages.h"

namespace leak::hook {

bool CapturedThreads::open(std::uint32_t capacity) noexcept {
  entries_ = static_cast<CapturedThread*>(sys::map_pages(std::size_t{capacity} * sizeof(CapturedThread)));
  capacity_ = entries_ == nullptr ? 0 : capacity;
  count_.store(0, std::memory_order_relaxed);
  return entries_ != nullptr;
}

void CapturedThreads::close() noexcept {
  if (entries_ != nullptr) sys::unmap_pages(entries_, std::size_t{capacity_} * sizeof(CapturedThread));
  entries_ = nullptr;
  capacity_ = 0;
  count_.store(0, std::memory_order_relaxed);
}

CapturedThread* CapturedThreads::add(int tid) noexcept {
  const std::uint32_t index = count_.fetch_add(1, std::memory_order_acq_rel);
  if (index >= capacity_) return nullptr;
  entries_[index].tid = tid;
  return &entries_[index];
}

CapturedThread* CapturedThreads::find(int tid) noexcept {
  for (std::uint32_t i = 0; i != size(); ++i) {
    if (entries_[i].tid == tid) return &entries_[i];
  }
  return nullptr;
}

std::uint32_t CapturedThreads::captured() noexcept {
  std::uint32_t count = 0;
  for (std::uint32_t i = 0; i != size(); ++i) {
    count += entries_[i].state.load(std::memory_order_acquire) == CapturedThread::State::kCaptured;
  }
  return count;
}

std::uint32_t CapturedThreads::missed() noexcept {
  const std::uint32_t seen = count_.load(std::memory_order_acquire);
  std::uint32_t count = seen - size();
  for (std::uint32_t i = 0; i != size(); ++i) {
    const CapturedThread::State state = entries_[i].state.load(std::memory_order_acquire);
    count += state == CapturedThread::State::kMissed || state == CapturedThread::State::kPending;
  }
  return count;
}

}  // namespace leak::hook
