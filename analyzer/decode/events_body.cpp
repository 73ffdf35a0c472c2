#include "decode/events_body.h"

#include <cstddef>
#include <cstring>

namespace leak::scan {

EventsBody split_events_body(std::span<const std::uint8_t> body) {
  EventsBody parts;
  trace::EventsHeader header{};
  if (body.size() < sizeof header) return parts;
  std::memcpy(&header, body.data(), sizeof header);
  body = body.subspan(sizeof header);
  if ((header.flags & ~trace::kEventsFlags) != 0) return parts;  // a coding of a newer minor version
  const std::size_t column_count = trace::column_count(header.flags);
  if (column_count == 0) return parts;
  parts.flags = header.flags;
  const std::uint64_t table_bytes = std::uint64_t{header.section_count} * sizeof(trace::SectionEntry);
  std::array<std::uint32_t, trace::kColumnCount> lengths{};
  const std::size_t lengths_bytes = column_count * sizeof lengths[0];
  if (body.size() < table_bytes + lengths_bytes) return parts;
  parts.section_count = header.section_count;
  parts.table = body.first(static_cast<std::size_t>(table_bytes));
  body = body.subspan(static_cast<std::size_t>(table_bytes));
  std::memcpy(lengths.data(), body.data(), lengths_bytes);
  body = body.subspan(lengths_bytes);
  for (std::size_t i = 0; i != column_count; ++i) {
    if (lengths[i] > body.size()) return parts;
    parts.columns[i] = body.first(lengths[i]);
    body = body.subspan(lengths[i]);
  }
  parts.complete = true;
  return parts;
}

}  // namespace leak::scan
