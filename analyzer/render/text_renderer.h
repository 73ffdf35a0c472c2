// The report for a terminal: what it was, the verdict, the figures, what to look at, and what is wrong with
// the data, in this order.
#pragma once

#include "render/renderer.h"
#include "render/text_style.h"

namespace leak::scan {

class TextRenderer final : public Renderer {
 public:
  explicit TextRenderer(TextOptions options) : options_(options) {}
  void render(const ReportModel& model, std::ostream& out) const override;

 private:
  TextOptions options_;
};

}  // namespace leak::scan
