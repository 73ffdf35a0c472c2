// Ticks of the recorded process to nanoseconds since its start, and back.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "decode/trace_reader.h"

namespace leak::scan {

// Piecewise linear through known moments. A TSC runs at one rate, so two moments as far apart as possible are
// best; a counter of events advances unevenly, so each sample bends the line.
class TraceClock {
 public:
  explicit TraceClock(const TraceReader& reader);

  std::uint64_t ns_at(std::uint64_t ticks) const;
  std::uint64_t ticks_at(std::uint64_t time_ns) const;

  // The same all the time, or nothing.
  std::optional<double> ns_per_tick() const;

 private:
  struct Moment {
    std::uint64_t ticks;
    std::uint64_t time_ns;
  };
  void add(std::uint64_t ticks, std::uint64_t mono_ns, std::uint64_t start_mono_ns);

  std::vector<Moment> moments_;  // strictly rising in both; the first is the process start
  double ns_per_tick_;           // after the last moment
};

}  // namespace leak::scan
