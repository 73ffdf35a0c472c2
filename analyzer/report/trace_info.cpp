#include "report/trace_info.h"

#include "base/units.h"

namespace leak::scan {

std::optional<std::string> warning_about(const TraceInfo::BackPressure& waits) {
  constexpr std::uint64_t kWorthTelling = 20;  // a twentieth
  if (waits.wait_ns <= waits.cpu_ns / kWorthTelling) return std::nullopt;
  return "threads waited " + format_duration(waits.wait_ns) +
         " until their events were written, in a process that used " + format_duration(waits.cpu_ns) +
         " of CPU time; a processor that is free for the recorder, a faster disk, a larger LEAKHOOK_BUFFER_KB, "
         "LEAKHOOK_LEVEL=-1 or a sample make that less";
}

}  // namespace leak::scan
