// Text of a traced program inside Markdown, HTML and XML: it can say anything and must break nothing.
#pragma once

#include <string>
#include <string_view>

namespace leak::scan {

// A code span that fits into a table's cell.
std::string markdown_code(std::string_view text);

// & < > " and ' as entities; what is no UTF-8 or no character of XML as '?'. For text and attributes.
std::string html_text(std::string_view text);

}  // namespace leak::scan
