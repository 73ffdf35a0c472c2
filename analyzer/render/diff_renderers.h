// Two recordings compared: for the terminal, for programs, for pull requests, for browsers.
#pragma once

#include <ostream>

#include "diff/diff_model.h"
#include "render/text_style.h"

namespace leak::scan {

void render_diff_text(const DiffModel& model, const TextStyle& style, std::ostream& out);
void render_diff_json(const DiffModel& model, std::ostream& out);
void render_diff_markdown(const DiffModel& model, std::ostream& out);
void render_diff_html(const DiffModel& model, std::ostream& out);  // one file that loads nothing

}  // namespace leak::scan
