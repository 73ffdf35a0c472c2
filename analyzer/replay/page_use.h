// How full the pages are that hold live blocks: an allocator can give back a page only when nothing on it is
// live, so a few blocks on many pages keep much more memory than they have.
#pragma once

#include <cstdint>
#include <vector>

namespace leak::scan {

// Pages of one range of addresses: the main heap below the mappings, or one aligned window of 64 MiB among
// them, which is how large glibc makes the heaps of its other arenas.
struct PageRegion {
  std::uint64_t begin = 0;  // of the first page with a live block
  std::uint64_t end = 0;    // of the last
  bool is_main_heap = false;
  std::uint64_t pages = 0;         // with a live block
  std::uint64_t sparse_pages = 0;  // of them, less than half in use
  std::uint64_t used_bytes = 0;    // by live blocks, with what an allocator needs for them
  std::uint64_t idle_bytes = 0;    // of sparse pages, not in use
};

// What the blocks of a site keep from being given back: its part of the idle bytes of sparse pages, by
// blocks.
struct PagePins {
  std::uint32_t site = 0;
  std::uint64_t sparse_pages = 0;  // with a block of the site
  std::uint64_t idle_bytes = 0;
};

struct PageCensus {
  std::vector<PageRegion> regions;  // by address
  std::vector<PagePins> pins;       // by site
};

}  // namespace leak::scan
