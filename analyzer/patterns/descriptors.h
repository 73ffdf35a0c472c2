// What the two patterns about descriptors share.
#pragma once

#include <optional>

#include "patterns/pattern.h"

namespace leak::scan {

enum class DescriptorKind { kSocket, kFile };

std::optional<Recognition> recognise_descriptors(const Evidence& evidence, DescriptorKind kind);

}  // namespace leak::scan
