// The body of a kEvents chunk, taken apart: section table and columns. Nothing in it is decoded.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "trace_format/layout.h"

namespace leak::scan {

// Views into the body; lengths are checked.
struct EventsBody {
  std::span<const std::uint8_t> table;  // section_count x SectionEntry
  std::array<std::span<const std::uint8_t>, trace::kColumnCount> columns;
  std::uint32_t section_count = 0;
  std::uint32_t flags = 0;
  bool complete = false;  // no: cut short, or of a coding that is not known
};

EventsBody split_events_body(std::span<const std::uint8_t> body);

}  // namespace leak::scan
