// One kind of leak: how it is recognised, and the page that explains it. A pattern never looks at names that
// the traced program chose for itself; only at types and functions of libraries, at roots, classes, verdicts
// and resources.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "patterns/evidence.h"
#include "report/report_model.h"

namespace leak::scan {

struct Recognition {
  double confidence = 0;              // 0..1; of several patterns the surest one names the finding
  std::vector<std::string> evidence;  // sentences
  bool is_mistake = false;    // growth of this kind is one even where the end of the program gives all back
  bool keeps_advice = false;  // what the finding advises already is about this very program
};

class Pattern {
 public:
  virtual ~Pattern() = default;

  virtual const ReportPatternPage& page() const = 0;

  // Whether this finding is one of the kind.
  virtual std::optional<Recognition> recognise(const Evidence& evidence) const = 0;

  // Adds findings that no analysis makes: notes, which raise no alarm.
  virtual void discover(ReportProcess& /*process*/, const std::vector<ReportFrame>& /*frames*/) const {}
};

// Every pattern, in the order in which a reader meets them. The last ones are the plainest: they name what
// nothing else does.
const std::vector<const Pattern*>& all_patterns();

// nullptr when there is no such kind.
const ReportPatternPage* page_of(const std::string& kind);

}  // namespace leak::scan
