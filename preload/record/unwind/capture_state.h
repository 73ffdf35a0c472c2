// What a StackCapture of the call-frame-information unwinder consists of.
#pragma once

#include <cstdint>

#include "record/stack_capture.h"
#include "record/unwind/rule_cache.h"
#include "record/unwind/stack_region.h"

namespace leak::hook::unwind {

// A frame found by the walk in progress, and where its caller's registers were read.
struct Step {
  static constexpr std::uint32_t kUsesBp = 1;        // the caller's place depends on bp
  static constexpr std::uint32_t kNoReturnRead = 2;  // no return address was read: the walk ended before
  static constexpr std::uint32_t kSignal = 4;        // the kernel's frame: pc and sp are in memory too
  static constexpr std::uint32_t kGuessed = 8;       // by frame pointer convention

  std::uintptr_t sp;
  Position position;
  std::uintptr_t bp;
  std::uintptr_t bp_slot;   // 0: bp was not saved
  std::uintptr_t cfa_slot;  // 0: the canonical frame address was not read from memory
  std::uint32_t flags;
};

}  // namespace leak::hook::unwind

namespace leak::hook {

// Created by zero-filling; hardly any of it is ever touched: the rules, and of each big array its first page.
class StackCapture {
 public:
  std::uint32_t generation;            // code generation of everything below
  unwind::StackRegion* last;           // holds the last captured stack; nullptr: there is none
  unwind::RuleCache rules;
  unwind::StackRegions regions;
  unwind::Step steps[unwind::StackRegion::kMaxFrames];  // leaf first
  std::uint32_t ids[unwind::StackRegion::kMaxFrames];   // leaf first
};

}  // namespace leak::hook
