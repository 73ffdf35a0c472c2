// A report's destination: a file, or standard output for "-".
#pragma once

#include <fstream>
#include <ostream>
#include <string>

namespace leak::scan {

class OutputFile {
 public:
  // Throws CommandError when `path` cannot be written. `standard_output` must outlive this.
  OutputFile(std::string path, std::ostream& standard_output);

  std::ostream& stream() { return path_ == "-" ? standard_output_ : file_; }

  // Everything is on its way, or CommandError: a full disk must not look like a report.
  void finish();

 private:
  std::string path_;
  std::ostream& standard_output_;
  std::ofstream file_;
};

}  // namespace leak::scan
