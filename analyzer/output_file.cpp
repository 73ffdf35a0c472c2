#include "output_file.h"

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/command_error.h"

namespace leak::scan {

OutputFile::OutputFile(std::string path, std::ostream& standard_output)
    : path_(std::move(path)), standard_output_(standard_output) {
  if (path_ == "-") return;
  errno = 0;
  file_.open(path_, std::ios::binary | std::ios::trunc);
  if (!file_) throw CommandError("cannot write '" + path_ + "': " + std::strerror(errno));
}

void OutputFile::finish() {
  errno = 0;
  stream().flush();
  if (!stream()) {
    throw CommandError("cannot write " +
                       (path_ == "-" ? std::string("to standard output") : "'" + path_ + "'") + ": " +
                       std::strerror(errno));
  }
}

}  // namespace leak::scan
