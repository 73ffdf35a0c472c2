// leakscan explain: what a kind of leak is, how it is recognised, and what to do about it.
#pragma once

#include <ostream>
#include <string>

namespace leak::scan {

// The page about `kind`; the list of all when it is empty. Throws CommandError for a kind that nobody knows.
void explain(const std::string& kind, std::ostream& out);

}  // namespace leak::scan
