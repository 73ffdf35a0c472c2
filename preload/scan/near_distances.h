// Distances from the begin of their holder that are too small to tell from everyday numbers by themselves
// (kLeastDistance), where others speak for them: fontconfig's patterns and character sets hold what they own
// so, and the allocator puts some of it right beside them.
#pragma once

#include "scan/encoded_pointers.h"

namespace leak::hook {

// Adds, to what is known of blocks by larger distances,
//  - small ones at the same place in blocks of the same size, where kFewestFar others are large (the reader
//    knows the blocks' allocation sites, and drops those of a site that has no large ones);
//  - all that an array holds which was found so itself and begins with kFewestInArray of them.
//
// Only to nodes that no plain pointer reaches. False: no memory for all.
bool add_near_distances(const NodeIndex& index, const GrowingArray<std::uint8_t>& reached,
                        const MemoryMap& map, EncodedFinds& finds) noexcept;

inline constexpr std::size_t kFewestFar = 3;
inline constexpr std::size_t kFewestInArray = 4;

}  // namespace leak::hook
