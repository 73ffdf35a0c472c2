#include "render/event_lines.h"

#include <array>
#include <charconv>

namespace leak::scan {

namespace {

void append_number(std::uint64_t number, int base, std::string& out) {
  std::array<char, 24> digits{};
  const std::to_chars_result end = std::to_chars(digits.data(), digits.data() + digits.size(), number, base);
  out.append(digits.data(), end.ptr);
}

void append_address(std::uint64_t address, std::string& out) {
  out += "0x";
  append_number(address, 16, out);
}

}  // namespace

void append_text_line(const ListedEvent& event, bool with_stack, std::string& out) {
  append_number(event.time_ns, 10, out);
  out += '\t';
  append_number(event.tid, 10, out);
  out += '\t';
  out += event.operation;
  out += '\t';
  append_address(event.address, out);
  out += '\t';
  if (event.size) append_number(*event.size, 10, out);
  out += '\t';
  if (event.old_address) append_address(*event.old_address, out);
  if (with_stack) {
    out += '\t';
    for (const std::string& frame : event.stack) {
      if (&frame != &event.stack.front()) out += " < ";
      out += frame;
    }
  }
  out += '\n';
}

}  // namespace leak::scan
