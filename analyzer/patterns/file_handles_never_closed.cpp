#include "patterns/all.h"
#include "patterns/descriptors.h"

namespace leak::scan {

namespace {

const ReportPatternPage kFileHandlesNeverClosedPage = {
    "file-handles-never-closed",
    "File handles never closed",
    "Files, streams, directories, pipes or event descriptors are opened and not closed. A stream keeps its "
    "buffer besides; data that was not flushed is lost with it. At the limit (ulimit -n) nothing can be "
    "opened "
    "any more.",
    "Descriptors of one place (open, fopen, opendir, pipe, epoll_create, eventfd, memfd_create, ...) that "
    "were "
    "still open at the end, while their number had risen to the end of the run; in a run of less than a "
    "second, "
    "many of which few were closed. One log file that stays open is no finding.",
    R"(FILE* file = std::fopen(path, "r");
if (!parse(file)) return false;             // file is lost
std::fclose(file);)",
    R"(struct Closer { void operator()(FILE* file) const { std::fclose(file); } };
using File = std::unique_ptr<FILE, Closer>;

File file(std::fopen(path, "r"));           // closed on every path
return parse(file.get());)",
    "Let an object own each handle and close it in its destructor: std::ifstream, std::unique_ptr with a "
    "deleter, a small class. Close on every path, early returns and exceptions too.",
    {"connections-never-closed"}};

class FileHandlesNeverClosed : public Pattern {
 public:
  const ReportPatternPage& page() const override { return kFileHandlesNeverClosedPage; }

  std::optional<Recognition> recognise(const Evidence& evidence) const override {
    return recognise_descriptors(evidence, DescriptorKind::kFile);
  }
};

}  // namespace

const Pattern& file_handles_never_closed() {
  static const FileHandlesNeverClosed pattern;
  return pattern;
}

}  // namespace leak::scan
