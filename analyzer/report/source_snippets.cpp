#include "report/source_snippets.h"

#include <optional>
#include <utility>

#include "symbols/source_lines.h"

namespace leak::scan {

namespace {

// A relative name is one from the folder where the compiler ran: that of the program, or one above it, as builds
// put programs below the folder they run in. A bare name is too common to look for it farther away.
std::optional<SourceLines> find_source(const ReportFrame& frame, const std::string& sysroot,
                                       std::uint64_t recorded_unix_ns) {
  if (frame.file.starts_with('/')) return read_source_lines(sysroot + frame.file, frame.line, recorded_unix_ns);
  const bool is_bare = frame.file.find('/') == std::string::npos;
  std::string folder = frame.module;
  while (!frame.file.empty() && folder.find('/') != std::string::npos) {
    folder.erase(folder.rfind('/'));
    std::optional<SourceLines> found =
        read_source_lines(sysroot + folder + '/' + frame.file, frame.line, recorded_unix_ns);
    if (found || is_bare) return found;
  }
  return std::nullopt;
}

}  // namespace

void add_sources(ReportModel& model, const std::string& sysroot) {
  for (const ReportProcess& process : model.processes) {
    for (const ReportFinding& finding : process.findings) {
      if (!finding.site || *finding.site >= process.sites.size()) continue;
      const std::optional<FrameId> blamed = process.sites[*finding.site].blamed;
      if (!blamed) continue;
      ReportFrame& frame = model.frames[blamed->index()];
      if (frame.source) continue;
      std::optional<SourceLines> found = find_source(frame, sysroot, process.start_time_unix_ns);
      if (found) frame.source = ReportSource{found->first_line, std::move(found->lines)};
    }
  }
}

}  // namespace leak::scan
