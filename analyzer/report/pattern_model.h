// The kinds of leaks that have a name. Part of ReportModel: plain data.
#pragma once

#include <string>
#include <vector>

namespace leak::scan {

// Which kind of leak a finding is, and what speaks for it.
struct ReportPattern {
  std::string kind;                   // of the page that explains it: "unbounded-cache"
  std::string name;                   // "Unbounded cache"
  double confidence = 0;              // 0..1
  std::vector<std::string> evidence;  // sentences
};

// What there is to know about one kind. The code is C++; lists are of other pages' kinds.
struct ReportPatternPage {
  std::string kind;
  std::string name;
  std::string summary;        // what it is
  std::string recognised_by;  // what leakscan looks at, and what it does not claim
  std::string bad;
  std::string good;
  std::string advice;
  std::vector<std::string> related;
};

}  // namespace leak::scan
