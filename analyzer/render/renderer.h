// Model in, bytes out. A renderer computes nothing: what is not in the model is not in the report.
#pragma once

#include <ostream>

#include "report/report_model.h"

namespace leak::scan {

class Renderer {
 public:
  virtual ~Renderer() = default;
  virtual void render(const ReportModel& model, std::ostream& out) const = 0;
};

}  // namespace leak::scan
