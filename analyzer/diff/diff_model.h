// Two recordings compared, plain and complete: what the renderers of differences show.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace leak::scan {

struct DiffFigures {
  std::uint64_t live_blocks = 0;
  std::uint64_t live_bytes = 0;
  std::uint64_t lost_blocks = 0;  // definitely or indirectly
  std::uint64_t lost_bytes = 0;
  std::uint64_t peak_bytes = 0;
  std::uint64_t allocations = 0;
  std::uint64_t allocated_bytes = 0;
};

// After less before; each divided by its side's work where the comparison is per unit of work.
struct DiffChange {
  double live_blocks = 0;
  double live_bytes = 0;
  double lost_blocks = 0;
  double lost_bytes = 0;
  double peak_bytes = 0;
  double allocations = 0;
  double allocated_bytes = 0;
};

struct DiffSide {
  std::vector<std::string> traces;
  std::string program;  // of the first process
  std::size_t processes = 0;
  DiffFigures totals;
  std::uint64_t duration_ns = 0;
  double work = 1;       // how often the marker was passed, or seconds; 1: not per work
  bool scanned = false;  // false: nothing is known about lost blocks
};

enum class DiffVerdict { kNewLeak, kGrownLeak, kFixedLeak, kMore, kLess, kSame };

struct DiffSite {
  std::string fingerprint;          // of the side that has it; after's where both do
  std::vector<std::string> frames;  // the stable ones, blamed first
  std::string place;                // "parse (http.cpp:41)"
  DiffFigures before;
  DiffFigures after;
  DiffChange change;
  DiffVerdict verdict = DiffVerdict::kSame;
};

struct DiffType {
  std::string name;
  std::uint64_t before_blocks = 0;
  std::uint64_t before_bytes = 0;
  std::uint64_t after_blocks = 0;
  std::uint64_t after_bytes = 0;
  double change_bytes = 0;
};

struct DiffModel {
  std::string tool_version;
  DiffSide before;
  DiffSide after;
  DiffChange change;
  std::string unit;  // "s", or the marker's label; empty: not per work
  std::string verdict;
  std::vector<DiffSite> sites;   // beyond run-to-run variation: leaks first, then by bytes
  std::uint64_t same_sites = 0;  // the rest
  std::vector<DiffType> types;   // changed ones, largest change first
};

}  // namespace leak::scan
