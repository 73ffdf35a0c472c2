// LEAKHOOK_* environment variables, read once, when recording starts for the first time. Each is described in
// libleakhook(7).
#pragma once

#include <cstdint>

#include "record/resource_recorder.h"
#include "snapshot/scan_settings.h"
#include "sys/text.h"

namespace leak::hook {

struct Settings {
  bool enabled = true;         // LEAKHOOK_ENABLED=0: load, but never record
  sys::PathText output;        // LEAKHOOK_OUTPUT: pattern with %p pid, %e exe, %t start time; made absolute
  sys::PathText list;          // LEAKHOOK_LIST: file that gets a line, the trace's path, per recorded process
  sys::Text<256> only;         // LEAKHOOK_ONLY: comma-separated patterns of program names; others are not recorded
  int process = 0;             // LEAKHOOK_PROCESS: record only this process id; 0: any
  int compression_level = 1;   // LEAKHOOK_LEVEL: zstd level, -5..19
  bool address_model = true;   // LEAKHOOK_ADDRESS_MODEL=0: addresses are spelled out, not predicted
  std::uint32_t time_ns = 2000;    // LEAKHOOK_TIME_NS: time stamps are cut to at most this grain
  std::uint64_t sample_bytes = 0;  // LEAKHOOK_SAMPLE_BYTES: one block per so many bytes is recorded; 0: all
  std::uint32_t max_overhead_permille =
      0;                            // LEAKHOOK_MAX_OVERHEAD=5%: a sample rather than more; 0: no limit
  std::uint64_t sample_seed = 0;    // LEAKHOOK_SAMPLE_SEED: for repeatable samples; 0: by time
  std::uint32_t verify_stacks = 0;  // LEAKHOOK_VERIFY_STACKS=N: one stack in N is compared with libunwind's
  std::uint32_t sample_ms = 50;     // LEAKHOOK_SAMPLE_MS: interval of RSS samples
  std::uint32_t buffer_slots = 64;  // LEAKHOOK_BUFFER_KB / 64: full chunks that may wait for the writer
  std::uint64_t max_bytes = 0;      // LEAKHOOK_MAX_BYTES: the trace's size limit; 0: none
  ScanSettings scan;                // LEAKHOOK_SCAN, LEAKHOOK_SCAN_INTERVAL, LEAKHOOK_SCAN_SIGNAL
  bool free_stacks = false;         // LEAKHOOK_FREE_STACKS=1: who frees a block is recorded, too
  bool scrub = false;               // LEAKHOOK_SCRUB=1: blocks are zeroed before they are freed
  std::uint32_t tracked = kTrackFds | kTrackThreads;  // LEAKHOOK_TRACK=fds,threads or none
  sys::Text<2048> text;             // "NAME=value\n" of what was set, for the trace
};

// Reads the environment. Bad values keep the default and leave a sentence in `complaint`.
void read_settings(char* const* environment, Settings& settings, sys::Text<512>& complaint) noexcept;

// Fills in the pattern for this process. `attempt` > 0 makes another name after the first was taken.
void trace_path(const Settings& settings, int pid, const char* exe_name, std::uint64_t start_unix_s,
                unsigned attempt, sys::PathText& path) noexcept;

}  // namespace leak::hook
