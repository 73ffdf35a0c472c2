// Starts the recording of this process: at its first allocation, or in our constructor, whichever comes
// first. A forked child starts its own at its first event after the fork.
#include <dlfcn.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <new>

#include "buffer/recording.h"
#include "live_set/live_set.h"
#include "live_set/mapping_set.h"
#include "live_set/scrub.h"
#include "process/overhead_watch.h"
#include "process/program_choice.h"
#include "process/settings.h"
#include "process/shutdown.h"
#include "process/writer_thread.h"
#include "record/block_window.h"
#include "record/hook_scope.h"
#include "record/meta_log.h"
#include "record/module_map.h"
#include "record/pc_table.h"
#include "record/resource_recorder.h"
#include "record/sampling.h"
#include "record/recorder.h"
#include "record/stack_check.h"
#include "record/thread_state.h"
#include "scan/thread_layout.h"
#include "sink/journal.h"
#include "sink/resource_census.h"
#include "snapshot/exit_views.h"
#include "sys/clock.h"
#include "sys/paths.h"

namespace leak::hook {

namespace {

constinit Settings g_settings;
constinit bool g_settings_read = false;
constinit sys::Text<512> g_allocator;
constinit std::atomic<std::uint64_t> g_fork_ticks{0};

// A line on stderr: why nothing is recorded, or which setting was not understood. Only at the very start.
void say(const char* sentence) noexcept {
  sys::Text<700> line;
  line.add("leakhook: ").add(sentence).add("\n");
  sys::write_all(STDERR_FILENO, line.c_str(), line.size());
}

bool is_glibc() noexcept { return std::strncmp(g_allocator.c_str(), "libc.so", std::strlen("libc.so")) == 0; }

// Whose malloc the program uses, for the report.
void describe_allocator() noexcept {
  void* const next = dlsym(RTLD_NEXT, "malloc");
  void* const chosen = dlsym(RTLD_DEFAULT, "malloc");
  if (next == nullptr) return;
  const LoadedObject object = loaded_object_at(reinterpret_cast<std::uintptr_t>(next));
  const char* name = object.name;
  if (loaded_object_at(reinterpret_cast<std::uintptr_t>(chosen)).name[0] == '\0') {
    g_allocator.add("the program's own malloc, which hides its allocations");
    return;
  }
  const char* slash = std::strrchr(name, '/');
  g_allocator.add(slash == nullptr ? name : slash + 1);
  if (!is_glibc()) g_allocator_code = {object.map_start, object.map_end};
}

// LEAKHOOK_ONLY and LEAKHOOK_PROCESS.
bool is_chosen_program() noexcept {
  if (g_settings.process != 0 && g_settings.process != sys::getpid()) return false;
  sys::PathText path;
  sys::executable_path(path);
  if (path.size() == 0) return true;
  const char* slash = std::strrchr(path.c_str(), '/');
  return is_among_programs(g_settings.only.c_str(), slash == nullptr ? path.c_str() : slash + 1);
}

// What a forked child inherited describes its parent: note the origin, then forget it all.
void leave_parent_behind(Origin& origin) noexcept {
  origin.forked = true;
  origin.parent_trace = current_trace_path();
  origin.parent_pid = g_recording.pid;
  origin.parent_start_ticks = g_recording.start_ticks;
  const std::uint64_t fork_ticks = g_fork_ticks.load(std::memory_order_relaxed);
  origin.fork_ticks = fork_ticks != 0 ? fork_ticks : sys::now_ticks();
  Journal::detach_in_child(g_recording.slots.pool());
  forget_all_thread_states();
  forget_meta_slot();
  repair_sampling_after_fork();
  forget_windows();
  g_program_mappings.repair_after_fork();
  forget_pcs();
  prepare_stack_capture();
  forget_writer();
  new (&g_recording) Recording{};
}

// Once. glibc's chunks have 32 bytes or more; others have blocks of 8.
unsigned spacing_shift() noexcept { return is_glibc() ? 5 : 3; }

// This process records a sample from its first event on: because it is to, or, in a forked child, because its
// parent had come to that.
void sample_from_the_start() noexcept {
  if (current_sample_bytes() == 0 && g_settings.sample_bytes != 0) {
    mark_recorded_blocks();
    begin_sampling(g_settings.sample_bytes, 0);
  }
  if (!is_sampling()) return;
  const std::uint64_t quantum = std::uint64_t{1} << g_recording.time_quantum_shift;
  auto record =
      make_meta<trace::SamplingRecord>(trace::MetaKind::kSampling, g_recording.start_ticks & ~(quantum - 1));
  record.sample_bytes = current_sample_bytes();
  append_meta_record(record);
  settle_sampling();
}

// For scans of the heap.
void watch_live_memory() noexcept {
  g_sizes_for_all_threads = is_glibc();  // its chunks hold their sizes; others look them up by thread-local caches
  g_live_set.enable(spacing_shift());
  g_program_mappings.enable();
}

bool has_other_modes() noexcept {
  return g_scrub || g_free_stacks || is_sampling() || g_settings.sample_bytes != 0 ||
         g_settings.max_overhead_permille != 0 || sys::g_use_counter.load(std::memory_order_relaxed);
}

Live start() noexcept {
  sys::Text<512> complaint;
  Origin origin;
  if (!g_settings_read) {
    read_settings(environ, g_settings, complaint);
    g_settings_read = true;
    if (complaint.size() != 0) say(complaint.c_str());
    complaint.clear();
    g_tracked.store(g_settings.tracked, std::memory_order_relaxed);
    find_thread_list_offset();
    resolve_module_lookup();
    resolve_thread_layout();
    describe_allocator();
    if (g_settings.sample_bytes != 0 || g_settings.max_overhead_permille != 0) {
      prepare_sampling(spacing_shift(), g_settings.sample_seed);
    }
    prepare_stack_capture();
    if (!enable_stack_checks(g_settings.verify_stacks)) {
      complaint.add(
          "LEAKHOOK_VERIFY_STACKS wants libunwind.so.8, which is not installed; stacks are not checked");
      say(complaint.c_str());
      complaint.clear();
    }
    // The kernel zeroes this page in a forked child; where it cannot, the fork hook does.
    sys::raw_syscall(SYS_madvise, sys::as_arg(&g_live), sizeof(g_live), MADV_WIPEONFORK);
  } else if (g_recording.pid != 0) {
    leave_parent_behind(origin);
  }
  if (!g_settings.enabled || !is_chosen_program()) return Live::kOff;
  g_recording.pid = sys::getpid();
  if (start_writer(g_settings, origin, g_allocator.c_str(), complaint)) {
    sample_from_the_start();
    if (g_settings.scan.enabled) watch_live_memory();
    choose_exit_views(g_settings.scan);
    g_scrub = g_settings.scrub;
    g_free_stacks = g_settings.free_stacks;
    if (has_other_modes()) set_mode(kModeOther);
    return Live::kRecording;
  }
  // A forked child's stderr may be anything by now.
  if (!origin.forked) {
    sys::Text<600> sentence;
    say(sentence.add("not recording: ").add(complaint.c_str()).c_str());
  }
  return Live::kOff;
}

}  // namespace

void ensure_started() noexcept {
  if (environ == nullptr) return;  // libc is not up yet
  Live expected = Live::kUnknown;
  // acquire: whoever finds it started sees everything that was set up.
  if (!g_live.state.compare_exchange_strong(expected, Live::kStarting, std::memory_order_acquire)) {
    while (g_live.state.load(std::memory_order_acquire) == Live::kStarting) {
      sys::raw_syscall(SYS_sched_yield);
    }
    return;
  }
  const InternalWork internal;
  const int saved_errno = errno;
  g_live.state.store(start(), std::memory_order_release);  // pairs with the loads above
  errno = saved_errno;
}

void before_fork() noexcept { g_fork_ticks.store(sys::now_ticks(), std::memory_order_relaxed); }

void after_fork_in_parent(int child_pid) noexcept {
  if (live_state() != Live::kRecording && live_state() != Live::kPaused) return;
  auto record = make_meta<trace::ChildRecord>(trace::MetaKind::kChild, sys::now_ticks());
  record.child_pid = static_cast<std::uint32_t>(child_pid);
  append_meta_record(record);
}

void after_fork_in_child() noexcept {
  // Usually the kernel has done it; after vfork semantics (shared memory) it must not happen at all.
  if (g_recording.pid != 0 && g_recording.pid != sys::getpid()) {
    g_live.state.store(Live::kUnknown, std::memory_order_relaxed);
  }
}

bool pause_recording() noexcept {
  Live expected = Live::kRecording;
  return g_live.state.compare_exchange_strong(expected, Live::kPaused, std::memory_order_relaxed);
}

bool resume_recording() noexcept {
  Live expected = Live::kPaused;
  return g_live.state.compare_exchange_strong(expected, Live::kRecording, std::memory_order_relaxed);
}

namespace {

[[gnu::constructor(101)]] void construct() noexcept {
  const HookScope scope(LEAKHOOK_FRAME());
  const InternalWork internal;
  register_thread_exit();
  register_process_exit();
}

}  // namespace

}  // namespace leak::hook
