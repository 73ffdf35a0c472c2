#include "replay/tie_order.h"

#include <algorithm>

namespace leak::scan {

namespace {

// Going back is exponential in the worst case, which only a made-up trace has.
constexpr std::size_t kTakesPerStep = 64;

}  // namespace

bool TieOrder::solve(const std::vector<TiedSteps>& threads, LiveHeap& heap) {
  if (has_mappings_) return false;  // left to the caller
  for (const std::size_t slot : slot_of_step_) slots_[slot].is_live = heap.is_live(slots_[slot].address);
  return search(threads);
}

bool TieOrder::do_meet(const std::vector<TiedSteps>& threads) {
  std::size_t count = 0;
  for (const TiedSteps& steps : threads) count += static_cast<std::size_t>(steps.end - steps.begin);
  while (slots_.size() < 2 * count) slots_.assign(slots_.size() * 2, Slot{});
  ++round_;
  slot_of_step_.clear();
  first_step_.clear();
  has_mappings_ = false;
  bool is_any_shared = false;
  for (std::uint32_t thread = 0; thread != threads.size(); ++thread) {
    first_step_.push_back(slot_of_step_.size());
    for (const Step* step = threads[thread].begin; step != threads[thread].end; ++step) {
      const std::size_t index = slot_of(step->address());
      slot_of_step_.push_back(index);
      Slot& slot = slots_[index];
      if (slot.round != round_) slot = {step->address(), round_, thread, false, false};
      slot.is_shared |= slot.thread != thread;
      is_any_shared |= slot.is_shared;
      has_mappings_ |= step->kind() == StepKind::kMapping;
    }
  }
  return is_any_shared || has_mappings_;
}

std::size_t TieOrder::slot_of(std::uint64_t address) {
  const std::size_t mask = slots_.size() - 1;
  std::size_t i = static_cast<std::size_t>((address * 0x9e3779b97f4a7c15) >> 32) & mask;
  while (slots_[i].round == round_ && slots_[i].address != address) i = (i + 1) & mask;
  return i;
}

bool TieOrder::search(const std::vector<TiedSteps>& threads) {
  const std::size_t count = slot_of_step_.size();
  position_.assign(threads.size(), 0);
  order_.clear();
  choices_.clear();
  std::uint32_t next_candidate = 0;
  for (std::size_t takes = 0; takes != count * kTakesPerStep; ++takes) {
    if (order_.size() == count) return true;
    if (next_candidate == 0 && take_harmless(threads)) continue;
    if (take_candidate(threads, next_candidate)) {
      next_candidate = 0;
      continue;
    }
    if (!go_back(next_candidate)) return false;
  }
  return order_.size() == count;
}

// A step at an address of one thread only commutes with all others.
bool TieOrder::take_harmless(const std::vector<TiedSteps>& threads) {
  bool is_any_taken = false;
  for (std::uint32_t thread = 0; thread != threads.size(); ++thread) {
    const std::size_t count = static_cast<std::size_t>(threads[thread].end - threads[thread].begin);
    while (position_[thread] != count &&
           !slots_[slot_of_step_[first_step_[thread] + position_[thread]]].is_shared) {
      take(thread, {0, true});
      is_any_taken = true;
    }
  }
  return is_any_taken;
}

bool TieOrder::take_candidate(const std::vector<TiedSteps>& threads, std::uint32_t first_candidate) {
  const std::uint32_t thread_count = static_cast<std::uint32_t>(threads.size());
  for (std::uint32_t candidate = first_candidate; candidate < 2 * thread_count; ++candidate) {
    const std::uint32_t thread = candidate % thread_count;
    const Step* const step = threads[thread].begin + position_[thread];
    if (step == threads[thread].end) continue;
    const bool is_free = step->kind() == StepKind::kFree;
    if (is_free != (candidate < thread_count)) continue;
    if (slots_[slot_of_step_[first_step_[thread] + position_[thread]]].is_live != is_free) continue;
    take(thread, {candidate, false});
    return true;
  }
  return false;
}

void TieOrder::take(std::uint32_t thread, Choice choice) {
  Slot& slot = slots_[slot_of_step_[first_step_[thread] + position_[thread]++]];
  slot.is_live = !slot.is_live;
  order_.push_back(thread);
  choices_.push_back(choice);
}

// Takes steps back up to the last real choice; `next_candidate` is then what to try instead.
bool TieOrder::go_back(std::uint32_t& next_candidate) {
  while (!order_.empty()) {
    const std::uint32_t thread = order_.back();
    const Choice choice = choices_.back();
    Slot& slot = slots_[slot_of_step_[first_step_[thread] + --position_[thread]]];
    slot.is_live = !slot.is_live;
    order_.pop_back();
    choices_.pop_back();
    if (choice.is_forced) continue;
    next_candidate = choice.candidate + 1;
    return true;
  }
  return false;
}

}  // namespace leak::scan
