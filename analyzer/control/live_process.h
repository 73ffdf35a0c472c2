// A recorded process that is running: commands to it go through the first page of its journal, which it has mapped
// (trace_format/control.h). No signal, no ptrace; enough are the rights to write the file.
#pragma once

#include <string>

#include "trace_format/control.h"

namespace leak::scan {

struct SnapshotOrder {
  int pid = 0;
  std::string label;
  bool graph = false;
};

// Waits until it is done; a graph then stands in the trace. Returns the trace's path. Throws CommandError: there is no
// such process, it is not recorded, or it cannot do it.
std::string take_snapshot(const SnapshotOrder& order);

}  // namespace leak::scan
