// Short ways from a TraceBuilder to a HeapHistory.
#pragma once

#include <utility>

#include "replay/heap_replay.h"
#include "support/trace_builder.h"

namespace leak::test {

inline scan::HeapHistory replay(scan::TraceSource source, scan::ReplayOptions options = {}) {
  if (options.threads == 0) options.threads = 1;
  return scan::replay_trace(std::move(source), options);
}

inline scan::HeapHistory replay(TraceBuilder& builder, scan::ReplayOptions options = {}) {
  return replay(builder.finished(), std::move(options));
}

// The site whose innermost frame is trace pc `leaf`. Requires: one pc record for each id, from 1 on, in
// order.
inline const scan::Site& site_at(const scan::HeapHistory& history, std::uint32_t leaf) {
  for (const scan::Site& site : history.sites) {
    if (history.pcs[history.stacks.pc(site.stack).index()].address == leaf) return site;
  }
  static const scan::Site kNone;
  return kNone;
}

inline void add_pcs(TraceBuilder& builder, std::uint32_t count) {
  builder.module(1, "/usr/bin/myapp");
  for (std::uint32_t id = 1; id <= count; ++id) builder.pc(id, id);
}

}  // namespace leak::test
