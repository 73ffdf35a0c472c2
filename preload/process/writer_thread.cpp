#include "process/writer_thread.h"

#include <fcntl.h>
#include <sys/prctl.h>

#include <atomic>
#include <cerrno>
#include <cstring>

#include "buffer/recording.h"
#include "process/memory_limit.h"
#include "process/overhead_watch.h"
#include "process/process_record.h"
#include "record/resource_recorder.h"
#include "record/thread_state.h"
#include "sink/writer.h"
#include "snapshot/conductor.h"
#include "sys/clock.h"
#include "sys/futex.h"
#include "sys/raw_thread.h"

namespace leak::hook {

namespace {

enum class Command : std::uint32_t { kNone, kFinish, kFinishForExec, kResume };
enum class State : std::uint32_t { kStarting, kFailed, kServing, kStoodDown };

// Shared with the writer thread; written by one side at a time, in turns that g_state and g_command mark.
constinit Writer g_writer;
constinit Conductor g_conductor;
constinit sys::RawThread g_thread;
constinit std::atomic<std::uint32_t> g_command{0};
constinit std::atomic<std::uint32_t> g_state{0};
constinit trace::EndKind g_end_kind = trace::EndKind::kUnknown;
constinit std::uint32_t g_end_code = 0;
constinit sys::PathText g_trace_path;

// Start-up arguments; live until the writer serves.
struct StartArguments {
  const Settings& settings;
  const Origin& origin;
  const char* allocator;
  sys::Text<512>& complaint;
};

const char* explain(long error) noexcept {
  switch (-error) {
    case EACCES:
    case EPERM:
      return "permission denied";
    case ENOENT:
      return "no such directory";
    case ENOTDIR:
      return "not a directory";
    case ENOSPC:
    case EDQUOT:
      return "no space left on the disk";
    case EROFS:
      return "the file system is read-only";
    case EFBIG:
      return "the file size limit is too small";
    case ENOMEM:
      return "no memory";
    default:
      return nullptr;
  }
}

void complain(sys::Text<512>& complaint, const char* path, long error) noexcept {
  complaint.add("cannot write the trace ").add(path).add(": ");
  if (const char* reason = explain(error)) {
    complaint.add(reason);
  } else {
    complaint.add("error ").add_number(static_cast<std::uint64_t>(-error));
  }
  complaint.add("; set LEAKHOOK_OUTPUT to a writable place");
}

// LEAKHOOK_LIST: whoever started us learns which traces to read.
void append_to_list(const Settings& settings) noexcept {
  if (settings.list.size() == 0) return;
  const long descriptor = sys::raw_syscall(SYS_openat, AT_FDCWD, sys::as_arg(settings.list.c_str()),
                                           O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (descriptor < 0) return;
  sys::Text<4200> line;
  line.add(g_trace_path.c_str()).add("\n");
  sys::write_all(static_cast<int>(descriptor), line.c_str(), line.size());
  sys::raw_syscall(SYS_close, descriptor);
}

constinit char g_process_record[trace::kJournalProcessBytes] = {};

bool open_trace(const StartArguments& arguments) noexcept {
  ProcessIdentity identity;
  identify_process(identity);
  const ClockFacts clock = examine_clock(arguments.origin.forked);
  const std::uint32_t shift = quantum_shift_for(clock, arguments.settings.time_ns);
  g_recording.start_ticks = clock.start_ticks;
  g_recording.time_quantum_shift = shift;

  WriterSetup setup;
  setup.process_record = g_process_record;
  setup.process_bytes =
      build_process_record(g_process_record, sizeof(g_process_record), identity, clock, shift,
                           arguments.settings, arguments.origin, arguments.allocator);
  setup.compression_level = arguments.settings.compression_level;
  setup.address_model = arguments.settings.address_model;
  setup.time_quantum_shift = shift;
  setup.sample_ms = arguments.settings.sample_ms;
  setup.buffer_slots = arguments.settings.buffer_slots;
  setup.max_bytes = arguments.settings.max_bytes;
  setup.tracks_fds = (arguments.settings.tracked & kTrackFds) != 0;
  setup.tracks_threads = (arguments.settings.tracked & kTrackThreads) != 0;

  constexpr unsigned kMaxAttempts = 10000;
  for (unsigned attempt = 0; attempt != kMaxAttempts; ++attempt) {
    trace_path(arguments.settings, g_recording.pid, identity.exe_name, identity.start_unix_ns / 1'000'000'000,
               attempt, g_trace_path);
    setup.trace_path = g_trace_path.c_str();
    const long error = g_writer.open(setup);
    if (error == 0) {
      append_to_list(arguments.settings);
      return true;
    }
    if (error == -EEXIST) continue;
    complain(arguments.complaint, g_trace_path.c_str(), error);
    return false;
  }
  complain(arguments.complaint, g_trace_path.c_str(), -EEXIST);
  return false;
}

void record_memory_limit() noexcept {
  trace::MemoryLimitRecord record{};
  record.header.kind = trace::MetaKind::kMemoryLimit;
  record.header.ticks = sys::now_ticks();
  record.bytes = read_memory_limit("");
  if (record.bytes != 0) g_writer.append_record(record.header, sizeof(record));
}

void set_state(State state) noexcept {
  // release: what this side wrote is the other side's to read from here on.
  g_state.store(static_cast<std::uint32_t>(state), std::memory_order_release);
  sys::futex_wake(g_state);
}

State wait_while(State state) noexcept {
  for (;;) {
    const std::uint32_t now = g_state.load(std::memory_order_acquire);  // pairs with set_state
    if (now != static_cast<std::uint32_t>(state)) return static_cast<State>(now);
    sys::futex_wait(g_state, now);
  }
}

Command command() noexcept { return static_cast<Command>(g_command.load(std::memory_order_acquire)); }

void give_command(Command command) noexcept {
  g_command.store(static_cast<std::uint32_t>(command), std::memory_order_release);  // pairs with command()
  sys::futex_wake(g_command);
  g_recording.slots.wake_writer();
}

// The program is in exec: either we vanish with it, or it comes back.
void stand_down_for_exec() noexcept {
  g_conductor.end(g_writer);
  g_writer.finish(trace::EndKind::kExec, 0);
  set_state(State::kStoodDown);
  while (command() == Command::kFinishForExec) {
    sys::futex_wait(g_command, static_cast<std::uint32_t>(Command::kFinishForExec));
  }
  g_writer.resume();
  open_for_requests();
  set_state(State::kServing);
}

void serve() noexcept {
  constexpr std::uint64_t kReapIntervalNs = 1'000'000'000;
  std::uint64_t next_reap_ns = 0;
  for (;;) {
    switch (command()) {
      case Command::kFinish:
        g_conductor.end(g_writer);
        g_writer.finish(g_end_kind, g_end_code);
        return;
      case Command::kFinishForExec:
        stand_down_for_exec();
        break;
      case Command::kNone:
      case Command::kResume:
        break;
    }
    if (g_writer.program_is_gone()) {
      g_live.state.store(Live::kOff, std::memory_order_relaxed);
      g_conductor.end(g_writer);
      g_writer.finish(trace::EndKind::kExited, 0);
      return;
    }
    g_conductor.run_once(g_writer);
    g_writer.run_once(g_conductor.longest_sleep_ns());
    const std::uint64_t now_ns = sys::clock_ns(CLOCK_MONOTONIC);
    watch_overhead(g_writer, now_ns);
    if (now_ns >= next_reap_ns) {
      reap_dead_threads();
      next_reap_ns = now_ns + kReapIntervalNs;
    }
  }
}

int writer_main(void* data) noexcept {
  const StartArguments& arguments = *static_cast<const StartArguments*>(data);
  // The table is a copy of the program's: pipes must not stay open because of us.
  sys::close_all_descriptors();
  sys::raw_syscall(SYS_prctl, PR_SET_NAME, sys::as_arg("leakhook"));
  const bool opened = open_trace(arguments);
  if (opened) open_overhead_watch(arguments.settings);
  if (opened) g_conductor.begin(arguments.settings.scan);  // the program may end at once, and want a scan
  set_state(opened ? State::kServing : State::kFailed);
  // From here on `arguments` is gone, and the program does not wait for us.
  if (!opened) return 0;
  record_memory_limit();
  serve();
  return 0;
}

}  // namespace

bool start_writer(const Settings& settings, const Origin& origin, const char* allocator,
                  sys::Text<512>& complaint) noexcept {
  StartArguments arguments{settings, origin, allocator, complaint};
  g_state.store(static_cast<std::uint32_t>(State::kStarting), std::memory_order_relaxed);
  g_command.store(static_cast<std::uint32_t>(Command::kNone), std::memory_order_relaxed);
  const long error = sys::start_raw_thread(g_thread, writer_main, &arguments);
  if (error != 0) {
    complaint.add("cannot start the writer thread: ");
    if (error == -EAGAIN)
      complaint.add("too many threads");
    else
      complaint.add("error ").add_number(static_cast<std::uint64_t>(-error));
    return false;
  }
  return wait_while(State::kStarting) == State::kServing;
}

const sys::PathText& current_trace_path() noexcept { return g_trace_path; }

void finish_writer(trace::EndKind end, std::uint32_t code) noexcept {
  g_end_kind = end;
  g_end_code = code;
  g_recording.slots.close();
  give_command(Command::kFinish);
  sys::join_raw_thread(g_thread);
}

void finish_writer_for_exec() noexcept {
  give_command(Command::kFinishForExec);
  wait_while(State::kServing);
}

void resume_writer() noexcept {
  give_command(Command::kResume);
  wait_while(State::kStoodDown);
}

void forget_writer() noexcept {
  g_writer.forget();
  g_conductor.forget();
  g_thread.tid.store(0, std::memory_order_relaxed);
}

}  // namespace leak::hook
