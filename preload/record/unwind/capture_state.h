// What a StackCapture of the call-frame-information unwinder consists of.
#pragma once

#include <cstdint>

#include "record/stack_capture.h"
#include "record/unwind/rule_cache.h"
#include "record/unwind/stack_region.h"

namespace leak::hook::unwind {

// A frame found by the walk in progress, and the rule that led from it to its caller.
struct Step {
  std::uintptr_t sp;
  Position position;
  std::uintptr_t bp;
  PackedRule rule;
};

}  // namespace leak::hook::unwind

namespace leak::hook {

// Created by zero-filling; hardly any of it is ever touched: the rules, and of each big array its first page.
class StackCapture {
 public:
  std::uint32_t generation;            // code generation of everything below
  std::uint32_t repeats;               // of the capture in progress, because the generation changed
  unwind::StackRegion* last;           // holds the last captured stack; nullptr: there is none
  unwind::RuleCache rules;
  unwind::StackRegions regions;
  unwind::Step steps[unwind::StackRegion::kMaxFrames];  // leaf first
  std::uint32_t ids[unwind::StackRegion::kMaxFrames];   // leaf first
};

}  // namespace leak::hook
