// The sections of the text report. Each writes a blank line, its heading and its lines, or nothing at all
// when there is nothing to say.
#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

#include "render/text_style.h"
#include "report/report_model.h"

namespace leak::scan {

// What the sections of one process share.
struct TextContext {
  const TextStyle& style;
  const ReportProcess& process;
  const std::vector<ReportFrame>& frames;
  std::ostream& out;
};

void write_process_tree(const ReportModel& model, const TextStyle& style, std::ostream& out);
void write_header(const TextContext& context);
void write_figures(const TextContext& context);
void write_truth(const TextContext& context);
void write_findings(const TextContext& context);
void write_cycles(const TextContext& context);
void write_holders(const TextContext& context);
void write_residency(const TextContext& context);
void write_rankings(const TextContext& context);
void write_comparison(const TextContext& context);
void write_mappings(const TextContext& context);
void write_resources(const TextContext& context);
void write_diagnostics(const TextContext& context);

// A table of sites: figures, then the place and its callers.
struct SiteRow {
  std::uint32_t site = 0;
  std::vector<std::string> cells;
};
void write_site_table(const TextContext& context, std::vector<std::string> columns,
                      const std::vector<SiteRow>& rows);

void write_fact(const TextContext& context, std::string_view label, const std::string& text);
void write_heading(const TextContext& context, std::string_view heading);

// "Cache::insert (cache.cpp:41) via std::map<...>::operator[]": the blamed frame, or the innermost one.
std::string place_text(const std::vector<FrameId>& stack, const std::optional<FrameId>& blamed,
                       const std::vector<ReportFrame>& frames);

// The callers of the blamed frame, nearest first: "< handle < serve < main". Empty when there are none.
std::string callers_text(const std::vector<FrameId>& stack, const std::optional<FrameId>& blamed,
                         const std::vector<ReportFrame>& frames);

}  // namespace leak::scan
