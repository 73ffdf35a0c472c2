// Collapsed stacks, the input of flamegraph.pl, inferno and speedscope: "main;parse;operator new 4096", root
// first, one line for each distinct stack of names.
#pragma once

#include <optional>
#include <string_view>

#include "render/renderer.h"

namespace leak::scan {

enum class Cost { kLive, kPeak, kAllocations, kAllocated, kTemporary };

// "live", "peak", ...; nullopt for anything else.
std::optional<Cost> cost_named(std::string_view name);

class CollapsedRenderer final : public Renderer {
 public:
  explicit CollapsedRenderer(Cost cost) : cost_(cost) {}
  void render(const ReportModel& model, std::ostream& out) const override;

 private:
  Cost cost_;
};

}  // namespace leak::scan
