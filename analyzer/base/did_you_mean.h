// The known word that a mistyped one probably stands for.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace leak::scan {

std::optional<std::string> closest_word(std::string_view typed, const std::vector<std::string>& known);

}  // namespace leak::scan
