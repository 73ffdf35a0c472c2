#include "control/live_process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <fstream>
#include <iterator>
#include <thread>

#include "base/command_error.h"
#include "control/journal_finder.h"
#include "trace_format/layout.h"

namespace leak::scan {

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::size_t kPageBytes = 4096;
constexpr std::chrono::seconds kTurnLimit{60};
constexpr std::chrono::seconds kAnswerLimit{300};
constexpr std::chrono::milliseconds kLookInterval{5};

std::string proc_path(int pid, const char* file) { return "/proc/" + std::to_string(pid) + "/" + file; }

std::string read_proc(int pid, const char* file) {
  std::ifstream stream(proc_path(pid, file));
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

bool is_running(int pid) { return ::kill(pid, 0) == 0 || errno == EPERM; }

// The first page of a journal, mapped.
class JournalPage {
 public:
  explicit JournalPage(const std::string& path) {
    const int descriptor = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
    if (descriptor < 0) {
      error_ = std::strerror(errno);
      return;
    }
    void* memory = ::mmap(nullptr, kPageBytes, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
    ::close(descriptor);
    if (memory != MAP_FAILED) memory_ = static_cast<char*>(memory);
  }
  ~JournalPage() {
    if (memory_ != nullptr) ::munmap(memory_, kPageBytes);
  }
  JournalPage(const JournalPage&) = delete;
  JournalPage& operator=(const JournalPage&) = delete;

  const std::string& error() const { return error_; }
  bool belongs_to(int pid) const {
    const auto* header = reinterpret_cast<const trace::JournalHeader*>(memory_);
    return memory_ != nullptr && header->magic == trace::kJournalMagic &&
           header->pid == static_cast<std::uint32_t>(pid) && control().version == trace::kControlVersion;
  }
  trace::JournalControl& control() const {
    return *reinterpret_cast<trace::JournalControl*>(memory_ + trace::kJournalControlOffset);
  }

 private:
  char* memory_ = nullptr;
  std::string error_;
};

// Several leakscans at once take turns; one that died in the middle loses its turn.
class Turn {
 public:
  Turn(trace::JournalControl& control, int pid) : control_(control) {
    const auto self = static_cast<std::uint32_t>(::getpid());
    const Clock::time_point end = Clock::now() + kTurnLimit;
    for (;;) {
      std::uint32_t owner = 0;
      if (control_.owner.compare_exchange_strong(owner, self)) return;
      if (!is_running(static_cast<int>(owner)) && control_.owner.compare_exchange_strong(owner, self)) return;
      if (Clock::now() > end)
        throw CommandError("process " + std::to_string(pid) + " is busy with leakscan " + std::to_string(owner));
      std::this_thread::sleep_for(kLookInterval);
    }
  }
  ~Turn() { control_.owner.store(0); }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

 private:
  trace::JournalControl& control_;
};

trace::ControlResult order(trace::JournalControl& control, const SnapshotOrder& order) {
  const Turn turn(control, order.pid);
  std::memset(control.label, 0, sizeof(control.label));
  order.label.copy(control.label, sizeof(control.label) - 1);
  const trace::ControlCommand command =
      order.graph ? trace::ControlCommand::kGraph : trace::ControlCommand::kMark;
  control.command.store(static_cast<std::uint32_t>(command), std::memory_order_relaxed);
  // release: pairs with the process's look at `request`.
  const std::uint32_t number = control.request.fetch_add(1, std::memory_order_release) + 1;
  const Clock::time_point end = Clock::now() + kAnswerLimit;
  while (control.answered.load(std::memory_order_acquire) != number) {
    const std::string who = "process " + std::to_string(order.pid);
    if (!is_running(order.pid)) throw CommandError(who + " ended before it could answer");
    if (Clock::now() > end) throw CommandError(who + " does not answer; is it stopped?");
    std::this_thread::sleep_for(kLookInterval);
  }
  return static_cast<trace::ControlResult>(control.result.load(std::memory_order_relaxed));
}

void insist_on(trace::ControlResult result, int pid) {
  const std::string who = "process " + std::to_string(pid);
  switch (result) {
    case trace::ControlResult::kDone:
      return;
    case trace::ControlResult::kScanIsOff:
      throw CommandError(who + " cannot be scanned: it runs with LEAKHOOK_SCAN=off, or its allocator has no "
                               "malloc_usable_size");
    case trace::ControlResult::kNotRecording:
      throw CommandError(who + " does not record any more; 'leakscan info' on its trace says why");
    case trace::ControlResult::kRefused:
      throw CommandError(who + " could neither be stopped nor be copied");
    case trace::ControlResult::kUnknownCommand:
      break;
  }
  throw CommandError(who + " runs with another version of libleakhook.so");
}

}  // namespace

std::string take_snapshot(const SnapshotOrder& snapshot) {
  const std::string who = "process " + std::to_string(snapshot.pid);
  if (snapshot.pid <= 0 || !is_running(snapshot.pid)) throw CommandError("there is no " + who);
  const std::string maps = read_proc(snapshot.pid, "maps");
  if (maps.empty()) throw CommandError("cannot look into " + who + "; are you its owner?");
  const int pid_inside = inner_pid(read_proc(snapshot.pid, "status")).value_or(snapshot.pid);
  std::string error;
  for (const std::string& path : journals_in_maps(maps)) {
    // As the process sees it: it may live in a container.
    const JournalPage page(proc_path(snapshot.pid, "root") + path);
    if (!page.error().empty()) error = "cannot open " + path + ": " + page.error();
    if (!page.belongs_to(pid_inside)) continue;
    insist_on(order(page.control(), snapshot), snapshot.pid);
    return path.substr(0, path.size() - std::strlen(".journal"));
  }
  throw CommandError(error.empty() ? who + " is not being recorded; start it with leakscan run" : error);
}

}  // namespace leak::scan
