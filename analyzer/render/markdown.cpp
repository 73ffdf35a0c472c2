#include "render/markdown.h"

namespace leak::scan {

namespace {

// Bytes of the character that starts here; 0: this is no UTF-8, or nothing that XML may contain.
std::size_t character_length(std::string_view text) {
  const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  if (byte(0) < 0x80) return byte(0) < 0x20 && text[0] != '\n' && text[0] != '\t' ? 0 : byte(0) != 0x7f;
  const std::size_t length = byte(0) >= 0xf0 ? 4 : byte(0) >= 0xe0 ? 3 : 2;
  if (byte(0) < 0xc2 || byte(0) > 0xf4 || text.size() < length) return 0;
  for (std::size_t i = 1; i != length; ++i) {
    if ((byte(i) & 0xc0U) != 0x80) return 0;
  }
  const bool overlong = (byte(0) == 0xe0 && byte(1) < 0xa0) || (byte(0) == 0xf0 && byte(1) < 0x90);
  const bool beyond = (byte(0) == 0xed && byte(1) > 0x9f) || (byte(0) == 0xf4 && byte(1) > 0x8f);
  const bool no_character = byte(0) == 0xef && byte(1) == 0xbf && byte(2) >= 0xbe;
  return overlong || beyond || no_character ? 0 : length;
}

}  // namespace

std::string html_text(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t length = character_length(text);
    const char c = text.front();
    if (length == 0)
      out += '?';
    else if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '"')
      out += "&quot;";
    else if (c == '\'')
      out += "&#39;";
    else
      out += text.substr(0, length);
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return out;
}

std::string markdown_code(std::string_view text) {
  if (text.empty()) return {};
  std::string code = "<code>";
  // Escaped text has no character left that is both HTML's and Markdown's.
  for (const char c : html_text(text)) {
    switch (c) {
      case '|':
        code += "&#124;";
        break;
      case '`':
        code += "&#96;";
        break;
      case '*':
        code += "&#42;";
        break;
      case '_':
        code += "&#95;";
        break;
      case '[':
        code += "&#91;";
        break;
      case '\n':
      case '\t':
        code += ' ';
        break;
      default:
        code += c;
    }
  }
  return code + "</code>";
}

}  // namespace leak::scan
