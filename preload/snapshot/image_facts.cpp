#include "snapshot/image_facts.h"

#include "live_set/live_set.h"
#include "live_set/mapping_set.h"
#include "record/thread_state.h"
#include "sys/memory_probe.h"
#include "sys/own_memory.h"
#include "sys/pages.h"

namespace leak::hook {

namespace {

std::uintptr_t usable_size(std::uintptr_t block) noexcept {
  return g_usable_size(reinterpret_cast<void*>(block));
}

}  // namespace

template <class T>
bool ImageFacts::List<T>::open(std::size_t wanted) noexcept {
  items = static_cast<T*>(sys::map_pages((wanted + 1) * sizeof(T)));
  capacity = items == nullptr ? 0 : static_cast<std::uint32_t>(wanted);
  count = 0;
  return items != nullptr;
}

template <class T>
void ImageFacts::List<T>::close() noexcept {
  if (items != nullptr) sys::unmap_pages(items, (std::size_t{capacity} + 1) * sizeof(T));
  items = nullptr;
  capacity = 0;
  count = 0;
}

void ImageFacts::list_threads(const ThreadContext& requester, CapturedThreads& threads) noexcept {
  if (!threads_.open(std::size_t{threads.size()} + 1)) return;
  if (requester.tid != 0) threads_.add(requester);
  for (std::uint32_t i = 0; i != threads.size(); ++i) {
    const CapturedThread& thread = threads[i];
    const CapturedThread::State state = thread.state.load(std::memory_order_acquire);
    if (state == CapturedThread::State::kGone) continue;
    ThreadContext context;
    context.tid = thread.tid;
    context.stack_pointer = thread.stack_pointer;
    if (state == CapturedThread::State::kCaptured) {
      context.thread_pointer = thread.thread_pointer;
      context.registers = thread.registers;
      context.register_count = thread.register_count;
    }
    threads_.add(context);
  }
}

void ImageFacts::list_mappings() noexcept {
  if (!mappings_.open(g_program_mappings.size_bound())) return;
  g_program_mappings.for_each(
      [this](std::uintptr_t begin, std::uintptr_t end) { mappings_.add({begin, end}); });
}

// Last of all: the lists above are our own memory too.
void ImageFacts::list_own_memory() noexcept {
  std::size_t count = 0;
  sys::visit_own_memory([](void* context, std::uintptr_t, std::uintptr_t) { ++*static_cast<std::size_t*>(context); },
                        &count);
  constexpr std::size_t kMayComeMeanwhile = 64;
  if (!own_.open(count + kMayComeMeanwhile)) return;
  sys::visit_own_memory(
      [](void* context, std::uintptr_t begin, std::uintptr_t end) {
        static_cast<ImageFacts*>(context)->own_.add({begin, end});
      },
      this);
}

// A block inside realloc is in no set: the old one not any more, the new one not yet. The old one counts as live, and
// as held, as long as its memory is there.
void ImageFacts::keep_resized_blocks() noexcept {
  resized_count_ = 0;
  for_each_resized_block(
      [](void* context, std::uintptr_t block) {
        auto* const self = static_cast<ImageFacts*>(context);
        constexpr std::uintptr_t kBookkeeping = 16;  // an allocator's word on the block's size lies in front of it
        if (self->resized_count_ == kMaxResized || !sys::is_readable((block & ~std::uintptr_t{7}) - kBookkeeping)) {
          return;
        }
        self->was_marked_[self->resized_count_] = g_live_set.contains(block);
        self->pinned_[self->resized_count_++] = {block, trace::RootKind::kPinned};
        g_live_set.insert(block);
      },
      this);
}

void ImageFacts::pin_signal_stacks() noexcept {
  pinned_count_ = resized_count_;
  for_each_signal_stack(
      [](void* context, std::uintptr_t stack) {
        auto* const self = static_cast<ImageFacts*>(context);
        if (self->pinned_count_ == kMaxPinned) return;
        self->pinned_[self->pinned_count_++] = {stack, trace::RootKind::kSignalStack};
      },
      this);
}

void ImageFacts::list_root_regions() noexcept {
  root_region_count_ = 0;
  g_root_regions.for_each([this](std::uintptr_t begin, std::uintptr_t end) {
    if (root_region_count_ != RootRegions::kCapacity) root_regions_[root_region_count_++] = {begin, end};
  });
}

void ImageFacts::collect(ScanRequest& request, const ThreadContext& requester, CapturedThreads& threads) noexcept {
  list_threads(requester, threads);
  list_mappings();
  keep_resized_blocks();
  pin_signal_stacks();
  list_root_regions();
  list_own_memory();
  request.live = block_source(g_live_set);
  request.usable_size = usable_size;
  request.sizes_for_all_threads = g_sizes_for_all_threads;
  request.threads = threads_.items;
  request.thread_count = threads_.count;
  request.mappings = mappings_.items;
  request.mapping_count = mappings_.count;
  request.excluded = own_.items;
  request.excluded_count = own_.count;
  request.root_regions = root_regions_;
  request.root_region_count = root_region_count_;
  request.pinned = pinned_;
  request.pinned_count = pinned_count_;
}

void ImageFacts::undo() noexcept {
  for (std::uint32_t i = 0; i != resized_count_; ++i) {
    if (!was_marked_[i]) g_live_set.erase(pinned_[i].pointer);
  }
  threads_.close();
  mappings_.close();
  own_.close();
}

std::uintptr_t ImageFacts::some_thread_pointer() const noexcept {
  for (std::uint32_t i = 0; i != threads_.count; ++i) {
    if (threads_.items[i].thread_pointer != 0) return threads_.items[i].thread_pointer;
  }
  return 0;
}

}  // namespace leak::hook
