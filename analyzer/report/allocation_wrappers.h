// Functions of the program itself whose job is to allocate (zmalloc, sqlite3Malloc, a class's operator new):
// what they allocate is to be blamed on whoever called them. So is what functions without a symbol allocate
// for them: in a stripped library those are the inner parts of the wrapper.
//
// A name alone does not make one of them, for a function that leaks may be called anything: it must also be
// called from many places. So this changes from run to run, which is why only the blame follows it and never
// the identity of a place.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "report/report_model.h"

namespace leak::scan {

class AllocationWrappers {
 public:
  // `frames` must outlive this.
  explicit AllocationWrappers(const std::vector<ReportFrame>& frames) : frames_(frames) {}

  // Learns from the stack of a site.
  void add(const std::vector<FrameId>& stack);

  // The first frame that is neither the runtime's nor such a function; where there is no other, the first
  // that is not the runtime's. Requires: all stacks were added.
  std::optional<FrameId> blamed(const std::vector<FrameId>& stack) const;

 private:
  // A function: frames of one differ by their lines.
  struct Function {
    bool is_to_blame = false;  // neither the runtime's nor unknown
    bool is_nameless = false;
    std::size_t callers_needed = 0;
    std::set<std::uint32_t> callers;  // indices into functions_
  };
  std::uint32_t function_of(FrameId id);
  const Function& known_function(FrameId id) const { return functions_[function_of_frame_[id.index()]]; }

  const std::vector<ReportFrame>& frames_;
  std::vector<Function> functions_;
  std::vector<std::uint32_t> function_of_frame_;  // kUnseen before its frame was
  std::unordered_map<std::string, std::uint32_t> by_name_;
};

// From how many functions one of this name must be called; 0: its name says nothing of allocating.
// "sqlite3DbMallocRaw", "git__strdup", "Arena::allocate". Pure.
std::size_t callers_of_a_wrapper(std::string_view function);

}  // namespace leak::scan
