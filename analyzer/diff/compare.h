// Compares two recordings, place by place. Places are matched by fingerprint, what is left by
// is_same_place().
//
// Two runs of one program differ: hash seeds, the time, who came first, a stale pointer that holds a block.
// So
//   - a leak is new where blocks are definitely lost after and none were before; four or fewer count only
//   where
//     more are live than before (else the same blocks were merely seen by a pointer the last time);
//   - it has grown beyond half as many and sixteen;
//   - other figures have changed beyond a twentieth and: 16 blocks, 4 KiB live, 64 KiB at the peak, 200
//     allocations.
// Without a scan of both heaps a leak is what the findings call one.
#pragma once

#include <string>

#include "diff/diff_model.h"
#include "report/report_model.h"

namespace leak::scan {

enum class DiffWork { kNone, kSeconds, kMarker };

struct DiffRequest {
  DiffWork work = DiffWork::kNone;
  std::string marker;      // kMarker: label of snapshots that are counted
  bool all_sites = false;  // also what is the same
};

// Throws CommandError when a side has no such marker.
DiffModel compare(const ReportModel& before, const ReportModel& after, const DiffRequest& request);

// What the program is called on both sides: fingerprints of `before` take the name of `after`.
std::pair<std::string, std::string> renamed_program(const ReportModel& before, const ReportModel& after);

}  // namespace leak::scan
