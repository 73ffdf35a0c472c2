// What a report says about descriptors and threads. Part of ReportModel: plain data.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/strong_id.h"

namespace leak::scan {

struct ReportDescriptor {
  std::uint32_t number = 0;
  std::string function;  // that opened it: "open", "accept", "fopen"; empty: nobody saw it
  std::string what;      // path or socket addresses; empty when not known
  bool inherited = false;
  bool listening = false;
  std::uint64_t opened_ns = 0;
  std::vector<FrameId> stack;
  std::optional<FrameId> blamed;
};

// By what a descriptor was opened by, and where.
struct ReportDescriptorSite {
  std::string function;
  std::uint64_t opened = 0;
  std::uint64_t open = 0;
  std::vector<std::uint64_t> open_over_time;  // at the ends of equal parts of the run
  std::vector<FrameId> stack;
  std::optional<FrameId> blamed;
};

struct ReportUnjoinedThread {
  std::string state;  // alive | finished | unknown
  std::string function;
  std::string name;
  std::uint32_t tid = 0;  // of one that is alive
  std::uint64_t created_ns = 0;
  std::vector<FrameId> stack;
  std::optional<FrameId> blamed;
};

struct ReportResources {
  bool has_descriptors = false;
  bool has_threads = false;
  bool verified = false;  // against the kernel's own list at the end
  std::uint64_t opened = 0;
  std::uint64_t closed = 0;
  std::uint64_t most_open = 0;
  std::uint64_t open_total = 0;  // open_fds may be cut short
  std::uint64_t unseen_opens = 0;
  std::uint64_t unseen_closes = 0;
  std::vector<ReportDescriptor> open_fds;      // by number
  std::vector<ReportDescriptorSite> fd_sites;  // most open first
  std::uint64_t threads_created = 0;
  std::uint64_t threads_joined = 0;
  std::uint64_t threads_detached = 0;
  std::uint64_t unjoined_total = 0;
  std::vector<ReportUnjoinedThread> unjoined_threads;  // by time of creation
};

}  // namespace leak::scan
