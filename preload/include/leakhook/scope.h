// Windows on the heap for C++ (leakhook/leakhook.h says what a window is): scopes that may not leave more behind than
// they say, functions that are counted, growth that is watched. Without libleakhook.so all of it does nothing and
// finds nothing. C++14.
//
//     {
//       leakhook::Scope scope("parse", 4096);      // says on stderr if more than 4 KiB are left behind
//       parse(input);
//     }
//
//     void Server::handle(Request& request) {
//       LEAKHOOK_TRACK_FUNCTION();                 // calls, and what they kept
//       ...
//     }
//     leakhook::write_functions(std::cerr);
//
//     leakhook::Growth growth;                     // in a loop that should reach a steady state
//     for (;;) { serve_one(); growth.sample(); if (growth.is_steady()) alarm(growth.bytes_per_sample()); }
#ifndef LEAKHOOK_SCOPE_H
#define LEAKHOOK_SCOPE_H

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iostream>
#include <map>
#include <ostream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "leakhook.h"
#include "symbols.h"

namespace leakhook {

using Counts = leakhook_counts;
using Block = leakhook_block;

enum class Threads { kAll, kThis };

// Owns a window. One thread at a time.
class Window {
 public:
  explicit Window(Threads threads = Threads::kAll)
      : number_(leakhook_window_open(threads == Threads::kThis ? LEAKHOOK_THIS_THREAD : 0)) {}
  ~Window() { leakhook_window_close(number_); }
  Window(const Window&) = delete;
  Window& operator=(const Window&) = delete;

  // False without the library: then nothing is counted.
  bool is_open() const { return number_ != 0; }

  void stop() { leakhook_window_stop(number_); }

  Counts counts() const {
    Counts counts;
    leakhook_window_read(number_, &counts);
    return counts;
  }

  // What is live, largest first. Of a window that was not stopped, the result itself may be among it.
  std::vector<Block> blocks() const {
    std::vector<Block> blocks(leakhook_window_blocks(number_, nullptr, 0));
    const std::size_t count = leakhook_window_blocks(number_, blocks.data(), blocks.size());
    blocks.resize(std::min(blocks.size(), count));
    std::sort(blocks.begin(), blocks.end(), [](const Block& a, const Block& b) { return a.size > b.size; });
    return blocks;
  }

 private:
  int number_;
};

namespace detail {

inline std::string amount(std::uint64_t bytes, std::uint64_t blocks) {
  return std::to_string(bytes) + (bytes == 1 ? " byte in " : " bytes in ") + std::to_string(blocks) +
         (blocks == 1 ? " block" : " blocks");
}

struct Group {
  const Block* example = nullptr;
  std::uint64_t bytes = 0;
  std::uint64_t blocks = 0;
};

}  // namespace detail

// Blocks by who made them, largest first, each with its stack up to the first frame for which is_outside(symbol) is
// true. For people.
inline std::string describe(const std::vector<Block>& blocks, std::size_t most_stacks = 5,
                            const std::function<bool(const Symbol&)>& is_outside = nullptr) {
  std::map<std::vector<const void*>, detail::Group> by_stack;
  for (const Block& block : blocks) {
    std::vector<const void*> key(block.frames, block.frames + block.frame_count);
    key.push_back(block.name);
    detail::Group& group = by_stack[key];
    if (group.example == nullptr) group.example = &block;
    group.bytes += block.size;
    ++group.blocks;
  }
  std::vector<detail::Group> groups;
  for (const auto& entry : by_stack) groups.push_back(entry.second);
  std::sort(groups.begin(), groups.end(),
            [](const detail::Group& a, const detail::Group& b) { return a.bytes > b.bytes; });
  std::ostringstream text;
  for (std::size_t i = 0; i != std::min(groups.size(), most_stacks); ++i) {
    const Block& block = *groups[i].example;
    text << "  " << detail::amount(groups[i].bytes, groups[i].blocks);
    if (block.name != nullptr) text << " (" << block.name << ")";
    text << " made by\n";
    for (std::uint32_t frame = 0; frame != block.frame_count; ++frame) {
      const Symbol symbol = symbol_of(block.frames[frame]);
      if (frame != 0 && is_outside && is_outside(symbol)) break;
      text << "    #" << frame << " " << symbol.text() << "\n";
    }
  }
  if (groups.size() > most_stacks) text << "  and " << groups.size() - most_stacks << " more stacks\n";
  return text.str();
}

// May not leave more behind than `may_keep_bytes`, of what is made in it. When it does, `on_growth` is told what, at
// its end; by default that goes to stderr.
class Scope {
 public:
  using OnGrowth = std::function<void(const std::string& message)>;

  explicit Scope(std::string name, std::uint64_t may_keep_bytes = 0, Threads threads = Threads::kAll,
                 OnGrowth on_growth = [](const std::string& message) { std::cerr << message; })
      : name_(std::move(name)), may_keep_bytes_(may_keep_bytes), on_growth_(std::move(on_growth)),
        window_(threads) {}
  ~Scope() {
    window_.stop();
    if (!holds()) on_growth_(message());
  }
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;

  Counts counts() const { return window_.counts(); }
  bool holds() const { return counts().live_bytes <= may_keep_bytes_; }

 private:
  std::string message() const {
    const Counts now = counts();
    return "leakhook: scope '" + name_ + "' may keep " + std::to_string(may_keep_bytes_) +
           " bytes, but keeps " + detail::amount(now.live_bytes, now.live_blocks) + "\n" +
           describe(window_.blocks());
  }

  std::string name_;
  std::uint64_t may_keep_bytes_;
  OnGrowth on_growth_;
  Window window_;  // last: the others are not in it
};

// What the calls of one function made in their own thread, calls that it made included.
struct FunctionRecord {
  const char* name;
  std::atomic<std::uint64_t> calls;
  std::atomic<std::uint64_t> allocations;
  std::atomic<std::uint64_t> kept_blocks;  // live when the call returned
  std::atomic<std::uint64_t> kept_bytes;
  std::atomic<std::uint64_t> most_bytes;   // of one call, at one time
  FunctionRecord* next;

  explicit FunctionRecord(const char* function)
      : name(function), calls(0), allocations(0), kept_blocks(0), kept_bytes(0), most_bytes(0), next(nullptr) {
    next = first().load();
    while (!first().compare_exchange_weak(next, this)) {
    }
  }

  static std::atomic<FunctionRecord*>& first() {
    static std::atomic<FunctionRecord*> list{nullptr};
    return list;
  }
};

class FunctionCall {
 public:
  explicit FunctionCall(FunctionRecord& record) : record_(record), window_(Threads::kThis) {}
  ~FunctionCall() {
    const Counts counts = window_.counts();
    record_.calls += 1;
    record_.allocations += counts.allocations;
    record_.kept_blocks += counts.live_blocks;
    record_.kept_bytes += counts.live_bytes;
    std::uint64_t most = record_.most_bytes;
    while (most < counts.peak_bytes && !record_.most_bytes.compare_exchange_weak(most, counts.peak_bytes)) {
    }
  }
  FunctionCall(const FunctionCall&) = delete;
  FunctionCall& operator=(const FunctionCall&) = delete;

 private:
  FunctionRecord& record_;
  Window window_;
};

// Counts what each call of the function that it stands in makes and keeps.
#define LEAKHOOK_TRACK_FUNCTION()                                      \
  static ::leakhook::FunctionRecord leakhook_function_record(__func__); \
  const ::leakhook::FunctionCall leakhook_function_call(leakhook_function_record)

// One line for each tracked function that was called, those that kept most first.
inline void write_functions(std::ostream& out) {
  std::vector<const FunctionRecord*> records;
  for (const FunctionRecord* r = FunctionRecord::first(); r != nullptr; r = r->next) records.push_back(r);
  std::sort(records.begin(), records.end(), [](const FunctionRecord* a, const FunctionRecord* b) {
    return a->kept_bytes > b->kept_bytes;
  });
  for (const FunctionRecord* record : records) {
    out << record->name << ": " << record->calls << " calls, " << record->allocations << " allocations, kept "
        << detail::amount(record->kept_bytes, record->kept_blocks) << ", at most " << record->most_bytes
        << " bytes at a time\n";
  }
}

// Growth, sampled by the program where its memory should be as it was a round ago. Allocates nothing.
class Growth {
 public:
  void sample() {
    const std::uint64_t bytes = window_.counts().live_bytes;
    if (++seen_ % stride_ != 0) return;
    if (count_ == samples_.size()) {  // every other one is enough
      for (std::size_t i = 0; i != count_ / 2; ++i) samples_[i] = samples_[2 * i + 1];
      count_ /= 2;
      stride_ *= 2;
      if (seen_ % stride_ != 0) return;
    }
    samples_[count_++] = bytes;
  }

  // Still climbing, in each quarter of what follows the warm-up, a fifth of the samples. False before 20 samples.
  bool is_steady() const {
    const std::array<double, kParts> means = part_means();
    const double step = (means.back() - means.front()) / (kParts - 1);
    bool climbs = judged() >= 4 * kParts && step > 0;
    for (std::size_t part = 1; part != kParts; ++part)
      climbs = climbs && means[part] - means[part - 1] >= step * 0.4;  // less: it flattens out, or falls back
    return climbs;
  }

  // After the warm-up; 0 before 20 samples.
  double bytes_per_sample() const {
    if (judged() < 4 * kParts) return 0;
    const std::array<double, kParts> means = part_means();
    return (means.back() - means.front()) * kParts / (kParts - 1) /
           static_cast<double>(judged() * stride_);
  }

 private:
  static constexpr std::size_t kParts = 4;

  std::size_t judged() const { return count_ - count_ / 5; }

  std::array<double, kParts> part_means() const {
    std::array<double, kParts> means{};
    const std::size_t begin = count_ / 5;
    for (std::size_t part = 0; part != kParts; ++part) {
      const std::size_t from = begin + judged() * part / kParts;
      const std::size_t to = begin + judged() * (part + 1) / kParts;
      for (std::size_t i = from; i != to; ++i) means[part] += static_cast<double>(samples_[i]);
      if (to != from) means[part] /= static_cast<double>(to - from);
    }
    return means;
  }

  Window window_;
  std::array<std::uint64_t, 256> samples_{};
  std::size_t count_ = 0;
  std::uint64_t seen_ = 0;
  std::uint64_t stride_ = 1;
};

}  // namespace leakhook

#endif
