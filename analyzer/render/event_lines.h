// `leakscan dump`: one event, one line.
#pragma once

#include <string>

#include "report/listed_event.h"

namespace leak::scan {

// Tab-separated: time in ns, thread, operation, address, size, old address, stack. What an event does not
// have is empty; the last column is there only when `with_stack`, its frames separated by " < ".
void append_text_line(const ListedEvent& event, bool with_stack, std::string& out);

// {"time_ns", "tid", "op", "address", "size", "old_address", "stack": [...]}, members as above.
void append_json_line(const ListedEvent& event, bool with_stack, std::string& out);

}  // namespace leak::scan
