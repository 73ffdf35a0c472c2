// What every way of stopping the program's threads is told.
#pragma once

#include <cstdint>

#include "snapshot/captured_threads.h"

namespace leak::hook {

// Where a test makes the stop go wrong (LEAKHOOK_TEST_SCAN_FAULT). The tracer is killed:
enum class ScanFault : std::uint32_t {
  kNone = 0,
  kBeforeSeize = 1,
  kWhileSeizing = 2,
  kBeforeStopped = 3,
  kWhileStopped = 4,
  kWhileReleasing = 5,
  kForkRefused = 6,   // no forked image
  kChildDies = 7,     // the forked image is killed while it scans
  kTracerHangs = 8,
  kLast = kTracerHangs,
};

struct StopRequest {
  int pid = 0;
  int writer_tid = 0;     // stays running: it is who stops
  int requester_tid = 0;  // waits for us with its signals blocked, and has said what its registers hold; 0: none
  std::uint64_t longest_hold_ns = 0;  // the threads go on after this, whatever happens to us
  ScanFault fault = ScanFault::kNone;

  bool concerns(int tid) const noexcept { return tid != writer_tid && tid != requester_tid; }
};

}  // namespace leak::hook
