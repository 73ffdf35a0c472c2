// LEAKHOOK_SCAN and its relatives: when the heap is scanned for what is reachable.
#pragma once

#include <cstdint>

#include "snapshot/stop_request.h"

namespace leak::hook {

struct ScanSettings {
  bool enabled = true;             // LEAKHOOK_SCAN=off: no scan is possible, and none is paid for
  bool at_exit = true;             // LEAKHOOK_SCAN=demand: only when asked
  bool at_immediate_exit = false;  // LEAKHOOK_SCAN=exit,_exit: where no exit handlers run, too
  std::uint64_t interval_ms = 0;   // LEAKHOOK_SCAN_INTERVAL=30s: a scan so often; 0: never
  int signal = 0;                  // LEAKHOOK_SCAN_SIGNAL=USR2: a scan at this signal; 0: none
  // LEAKHOOK_SCAN_STOP=signal: the first way of stopping the threads that is tried; then those after it.
  trace::StopMethod first_stop = trace::StopMethod::kTracer;
  ScanFault fault = ScanFault::kNone;  // LEAKHOOK_TEST_SCAN_FAULT, for our own tests
};

// Each: false when the text makes no sense, and then nothing is changed.
bool parse_scan_mode(const char* text, ScanSettings& settings) noexcept;
bool parse_scan_interval(const char* text, ScanSettings& settings) noexcept;
bool parse_scan_signal(const char* text, ScanSettings& settings) noexcept;
bool parse_scan_stop(const char* text, ScanSettings& settings) noexcept;
bool parse_scan_fault(const char* text, ScanSettings& settings) noexcept;

}  // namespace leak::hook
