// What one process did with descriptors and threads, after replay. Plain data; times are nanoseconds since
// the process start.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/strong_id.h"
#include "replay/step_series.h"
#include "trace_format/resource.h"

namespace leak::scan {

// Descriptors that one call on one stack opened.
struct DescriptorSite {
  StackId stack;
  trace::ResourceCall call{};
  std::uint64_t opened = 0;
  std::uint64_t open = 0;     // at the end
  StepSeries open_over_time;  // at the ends of ResourceHistory::kTimeParts equal parts of the run
};

struct OpenDescriptor {
  std::uint32_t number = 0;
  bool is_inherited = false;  // open when the recording began
  std::optional<std::uint32_t>
      site;  // index into ResourceHistory::descriptor_sites; absent: nobody saw who opened it
  std::int64_t copied_from = -1;
  bool is_wrapped = false;  // a stream or directory holds it (fdopen, fdopendir)
  bool is_listening = false;
  std::uint64_t opened_ns = 0;
  std::string what;  // path or socket addresses; empty when the process did not end in an orderly way
};

struct UnjoinedThread {
  std::uint64_t handle = 0;
  StackId stack;  // that created it
  trace::ResourceCall call{};
  std::uint64_t created_ns = 0;
  std::optional<bool> is_alive;  // at the end; absent: not known
  std::uint32_t tid = 0;         // of one that is alive
};

struct ResourceHistory {
  static constexpr std::size_t kTimeParts = 32;

  bool has_descriptors = false;  // they were recorded
  bool has_threads = false;
  bool is_verified = false;  // the open ones are what the kernel said at the end
  std::uint64_t descriptors_opened = 0;
  std::uint64_t descriptors_closed = 0;
  std::uint64_t most_open = 0;     // at one time, of those that were seen
  std::uint64_t unseen_opens = 0;  // open at the end, but no recorded call opened them
  std::uint64_t unseen_closes = 0;
  std::vector<DescriptorSite> descriptor_sites;
  std::vector<OpenDescriptor> open_descriptors;  // by number
  std::uint64_t threads_created = 0;
  std::uint64_t threads_joined = 0;
  std::uint64_t threads_detached = 0;
  std::vector<UnjoinedThread> unjoined_threads;  // by time of creation
};

}  // namespace leak::scan
