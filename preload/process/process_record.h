// The first record of every trace: who is recorded, since when, on which clock.
#pragma once

#include <cstddef>
#include <cstdint>

#include "process/settings.h"
#include "process/writer_thread.h"

namespace leak::hook {

struct ProcessIdentity {
  sys::PathText exe;
  const char* exe_name = "";  // points into exe
  std::uint64_t start_unix_ns = 0;
};

// Reads /proc/self/exe. Uses descriptors: writer thread only.
void identify_process(ProcessIdentity& identity) noexcept;

// Decides the clock (see sys/clock.h) and measures its rate. Writer thread only, before recording starts.
struct ClockFacts {
  trace::ClockSource source = trace::ClockSource::kTsc;
  std::uint64_t ticks_per_second = 0;
  std::uint64_t start_ticks = 0;
  std::uint64_t start_mono_ns = 0;
};
ClockFacts examine_clock(bool inherited) noexcept;

// Largest power-of-two quantum, in ticks, that is no longer than grain_ns.
std::uint32_t quantum_shift_for(const ClockFacts& clock, std::uint32_t grain_ns) noexcept;

// Writes the record at `out` and returns its bytes. Strings that do not fit are cut.
std::size_t build_process_record(void* out, std::size_t capacity, const ProcessIdentity& identity,
                                 const ClockFacts& clock, std::uint32_t quantum_shift, const Settings& settings,
                                 const Origin& origin, const char* allocator) noexcept;

}  // namespace leak::hook
