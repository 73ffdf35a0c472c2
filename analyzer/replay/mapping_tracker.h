// The ledger of mmap, munmap, mremap and brk: which address ranges the program itself mapped, and where.
// Never added to the heap's bytes.
#pragma once

#include <cstdint>
#include <map>
#include <unordered_map>

#include "replay/heap_history.h"
#include "trace_format/record.h"

namespace leak::scan {

class MappingTracker {
 public:
  explicit MappingTracker(std::uint64_t page_bytes);

  void apply(const trace::Event& event, StackId stack);

  // True when the event cannot come next: a map over a live mapping without MAP_FIXED, or an unmap of nothing
  // known. Between threads of one tick another event may have to go first.
  bool is_blocked(const trace::Event& event) const;

  std::uint64_t live_bytes() const { return ledger_.live_bytes; }
  const MappingLedger& ledger() const { return ledger_; }

 private:
  struct Range {
    std::uint64_t start;
    std::uint64_t end;
  };
  struct Region {
    std::uint64_t end;
    std::uint32_t site;
  };

  Range pages(std::uint64_t address, std::uint64_t size) const;
  bool is_known(Range range) const;
  void map(Range range, StackId stack);
  bool unmap(Range range);
  std::uint32_t site_of(StackId stack);

  std::uint64_t page_mask_;
  std::map<std::uint64_t, Region> regions_;  // by start; they never overlap
  std::unordered_map<StackId, std::uint32_t> site_index_;
  std::uint64_t brk_grown_ = 0;
  std::uint64_t brk_shrunk_ = 0;
  MappingLedger ledger_;
};

}  // namespace leak::scan
