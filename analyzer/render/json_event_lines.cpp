#include "base/text.h"
#include "render/event_lines.h"
#include "render/json_parts.h"

namespace leak::scan {

void append_json_line(const ListedEvent& event, bool with_stack, std::string& out) {
  Json json = {{"time_ns", event.time_ns},
               {"tid", event.tid},
               {"op", event.operation},
               {"address", hex_text(event.address)}};
  if (event.size) json["size"] = *event.size;
  if (event.old_address) json["old_address"] = hex_text(*event.old_address);
  if (with_stack && !event.stack.empty()) json["stack"] = event.stack;
  out += json.dump(-1, ' ', false, Json::error_handler_t::replace);
  out += '\n';
}

}  // namespace leak::scan
