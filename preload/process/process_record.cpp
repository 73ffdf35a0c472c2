#include "process/process_record.h"

#include <cstring>

#include "sys/clock.h"
#include "sys/pages.h"
#include "sys/paths.h"
#include "sys/small_file.h"
#include "sys/syscalls.h"

#ifndef LEAKHOOK_VERSION
#error "the build defines LEAKHOOK_VERSION"
#endif

namespace leak::hook {

namespace {

constinit char g_arguments[32U << 10] = {};  // writer thread only

// The kernel distrusts a time stamp counter that is not in step between cores; then so do we.
bool kernel_trusts_cycle_counter() noexcept {
#if defined(__x86_64__)
  char name[32] = {};
  sys::read_small_file("/sys/devices/system/clocksource/clocksource0/current_clocksource", name, sizeof(name) - 1);
  return std::strncmp(name, "tsc", 3) == 0;
#else
  return true;  // the architecture's counter is in step by definition
#endif
}

// Appends length-prefixed strings behind the fixed record.
class StringWriter {
 public:
  StringWriter(char* out, std::size_t capacity) noexcept : out_(out), end_(out + capacity) {}

  void add(const char* text, std::size_t length) noexcept {
    if (out_ + sizeof(std::uint32_t) > end_) return;
    const std::size_t room = static_cast<std::size_t>(end_ - out_) - sizeof(std::uint32_t);
    const std::uint32_t stored = static_cast<std::uint32_t>(length < room ? length : room);
    add_number(stored);
    std::memcpy(out_, text, stored);
    out_ += stored;
  }
  void add(const char* text) noexcept { add(text, std::strlen(text)); }
  void add_number(std::uint32_t number) noexcept {
    if (out_ + sizeof(number) > end_) return;
    std::memcpy(out_, &number, sizeof(number));
    out_ += sizeof(number);
  }
  char* at() const noexcept { return out_; }

 private:
  char* out_;
  char* end_;
};

void add_arguments(StringWriter& strings) noexcept {
  const std::size_t length = sys::read_small_file("/proc/self/cmdline", g_arguments, sizeof(g_arguments) - 1);
  g_arguments[length] = '\0';
  std::uint32_t count = 0;
  for (std::size_t at = 0; at < length; at += std::strlen(g_arguments + at) + 1) ++count;
  strings.add_number(count);
  for (std::size_t at = 0; at < length; at += std::strlen(g_arguments + at) + 1)
    strings.add(g_arguments + at);
}

}  // namespace

void identify_process(ProcessIdentity& identity) noexcept {
  sys::executable_path(identity.exe);
  const char* slash = std::strrchr(identity.exe.c_str(), '/');
  identity.exe_name = slash == nullptr ? identity.exe.c_str() : slash + 1;
  if (*identity.exe_name == '\0') identity.exe_name = "unknown";
  identity.start_unix_ns = sys::clock_ns(CLOCK_REALTIME);
}

namespace {

struct Moment {
  std::uint64_t ns = 0;
  std::uint64_t ticks = 0;
};

// Both clocks at one moment: the closest of a few tries, since a thread may lose the processor between them.
Moment read_both_clocks() noexcept {
  Moment closest;
  std::uint64_t least = UINT64_MAX;
  for (int i = 0; i != 3; ++i) {
    const std::uint64_t before = sys::now_ticks();
    const std::uint64_t ns = sys::clock_ns(CLOCK_MONOTONIC);
    const std::uint64_t taken = sys::now_ticks() - before;
    if (taken >= least) continue;
    least = taken;
    closest = {ns, before + taken / 2};
  }
  return closest;
}

}  // namespace

ClockFacts examine_clock(bool inherited) noexcept {
  if (!inherited) {
    sys::g_use_counter.store(!kernel_trusts_cycle_counter(), std::memory_order_relaxed);
  }
  ClockFacts facts;
  if (sys::g_use_counter.load(std::memory_order_relaxed)) {
    facts.source = trace::ClockSource::kCounter;
    facts.start_mono_ns = sys::clock_ns(CLOCK_MONOTONIC);
    facts.start_ticks = sys::now_ticks();
    facts.ticks_per_second = 0;  // events are no measure of time: the analyzer goes from sample to sample
    return facts;
  }
  // Enough for the rate to about 1 in 500; the samples, of which each process has one at its end, refine it.
  constexpr std::uint64_t kMeasureNs = 20'000;
  const Moment start = read_both_clocks();
  Moment now = start;
  while (now.ns < start.ns + kMeasureNs) now = read_both_clocks();
  facts.start_mono_ns = start.ns;
  facts.start_ticks = start.ticks;
  facts.ticks_per_second = (now.ticks - start.ticks) * 1'000'000'000 / (now.ns - start.ns);
  return facts;
}

std::uint32_t quantum_shift_for(const ClockFacts& clock, std::uint32_t grain_ns) noexcept {
  if (clock.source == trace::ClockSource::kCounter) return 0;
  std::uint32_t shift = 0;
  while (shift < 40 && (std::uint64_t{2} << shift) <= clock.ticks_per_second / 1'000'000 * grain_ns / 1000) {
    ++shift;
  }
  return shift;
}

std::size_t build_process_record(void* out, std::size_t capacity, const ProcessIdentity& identity,
                                 const ClockFacts& clock, std::uint32_t quantum_shift,
                                 const Settings& settings, const Origin& origin,
                                 const char* allocator) noexcept {
  trace::ProcessRecord record{};
  record.header.kind = trace::MetaKind::kProcess;
  record.header.ticks = clock.start_ticks;
  record.ticks_per_second = clock.ticks_per_second;
  record.start_mono_ns = clock.start_mono_ns;
  record.start_realtime_ns = identity.start_unix_ns;
  record.parent_process_start = origin.parent_start_ticks;
  record.fork_ticks = origin.fork_ticks;
  record.pid = static_cast<std::uint32_t>(sys::getpid());
  // A daemon's parent is gone by its first event; the process that forked it is what matters.
  record.parent_pid =
      static_cast<std::uint32_t>(origin.forked ? origin.parent_pid : sys::raw_syscall(SYS_getppid));
  record.clock_source = clock.source;
  record.time_quantum_shift = quantum_shift;
  record.page_bytes = sys::kPageBytes;

  char directory[4096] = {};
  sys::raw_syscall(SYS_getcwd, sys::as_arg(directory), static_cast<long>(sizeof(directory)));
  char* const begin = static_cast<char*>(out);
  StringWriter strings(begin + sizeof(record), capacity - sizeof(record) - 8);
  strings.add(identity.exe.c_str());
  strings.add(directory);
  strings.add(origin.parent_trace.c_str());
  strings.add(allocator);
  strings.add(LEAKHOOK_VERSION);
  strings.add(settings.text.c_str());
  add_arguments(strings);

  const std::size_t bytes = trace::padded_record_bytes(static_cast<std::size_t>(strings.at() - begin));
  record.header.record_bytes = static_cast<std::uint32_t>(bytes);
  std::memcpy(begin, &record, sizeof(record));
  return bytes;
}

}  // namespace leak::hook
