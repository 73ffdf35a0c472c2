#include "launch/run_program.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "base/command_error.h"
#include "launch/hook_library.h"
#include "launch/preflight.h"

namespace leak::scan {

namespace {

namespace fs = std::filesystem;

// The file in which the hooks of the process tree say what they record. Removed at the end.
class TraceList {
 public:
  TraceList() {
    std::error_code error;
    const fs::path directory = fs::temp_directory_path(error);
    path_ = (error ? fs::path("/tmp") : directory).string() + "/leakscan-list-XXXXXX";
    const int descriptor = ::mkostemp(path_.data(), O_CLOEXEC);
    if (descriptor < 0) throw CommandError("cannot create '" + path_ + "': " + std::strerror(errno));
    ::close(descriptor);
  }
  ~TraceList() { ::unlink(path_.c_str()); }
  TraceList(const TraceList&) = delete;
  TraceList& operator=(const TraceList&) = delete;

  const std::string& path() const { return path_; }

  std::vector<std::string> read() const {
    std::vector<std::string> traces;
    std::ifstream file(path_);
    for (std::string line; std::getline(file, line);) {
      std::error_code ignored;
      if (!line.empty() && fs::exists(line, ignored)) traces.push_back(line);
    }
    return traces;
  }

 private:
  std::string path_;
};

// As a shell does for a foreground job: the terminal's signals are for the program, and we outlive it to
// report. A SIGTERM sent to us alone is passed on.
class SignalGuard {
 public:
  SignalGuard() {
    struct sigaction ignore {};
    ignore.sa_handler = SIG_IGN;
    struct sigaction pass_on {};
    pass_on.sa_handler = [](int signal) {
      const int saved_errno = errno;
      const pid_t child = child_;
      if (child > 0) ::kill(child, signal);
      errno = saved_errno;
    };
    pass_on.sa_flags = SA_RESTART;
    ::sigaction(SIGINT, &ignore, &saved_[0]);
    ::sigaction(SIGQUIT, &ignore, &saved_[1]);
    ::sigaction(SIGTERM, &pass_on, &saved_[2]);
    ::sigaction(SIGHUP, &pass_on, &saved_[3]);
  }
  ~SignalGuard() {
    child_ = 0;
    restore();
  }
  SignalGuard(const SignalGuard&) = delete;
  SignalGuard& operator=(const SignalGuard&) = delete;

  void restore() const {
    for (std::size_t i = 0; i != kSignals.size(); ++i) ::sigaction(kSignals[i], &saved_[i], nullptr);
  }
  static void pass_signals_to(pid_t child) { child_ = child; }

 private:
  static constexpr std::array<int, 4> kSignals = {SIGINT, SIGQUIT, SIGTERM, SIGHUP};
  static inline volatile sig_atomic_t child_ = 0;
  std::array<struct sigaction, 4> saved_{};
};

void set(const char* name, const std::string& value) { ::setenv(name, value.c_str(), 1); }

// In the child, before exec.
void prepare_environment(const LaunchOptions& options, const std::string& library, const std::string& list) {
  const char* others = std::getenv("LD_PRELOAD");
  set("LD_PRELOAD", others == nullptr || *others == '\0' ? library : library + ":" + others);
  set("LEAKHOOK_LIST", list);
  if (!options.trace.empty()) {
    set("LEAKHOOK_OUTPUT", fs::absolute(options.trace).string());
  } else if (std::getenv("LEAKHOOK_OUTPUT") == nullptr) {
    // Absolute, because the program may change its directory before a child starts.
    set("LEAKHOOK_OUTPUT", (fs::current_path() / "leakhook.%e.%p.zst").string());
  }
  if (!options.include_children) set("LEAKHOOK_PROCESS", std::to_string(::getpid()));
  for (const auto& [name, value] : options.settings) set(name.c_str(), value);
}

[[noreturn]] void become(const std::string& program, const std::vector<std::string>& command, int report_to) {
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  ::execvp(program.c_str(), arguments.data());
  const int error = errno;
  const ssize_t written = ::write(report_to, &error, sizeof error);
  ::_exit(written == sizeof error ? 127 : 126);
}

int wait_for(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0) {
    if (errno != EINTR)
      throw CommandError(std::string("cannot wait for the program: ") + std::strerror(errno));
  }
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

// Starts the program and returns its exit code. Throws when exec itself fails.
int run(const LaunchOptions& options, const std::string& program, const std::string& library,
        const std::string& list) {
  std::array<int, 2> pipe{};  // closed by a successful exec; else it brings the reason
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) throw CommandError("cannot create a pipe");
  const SignalGuard signals;
  const pid_t child = ::fork();
  if (child < 0) throw CommandError(std::string("cannot start a process: ") + std::strerror(errno));
  if (child == 0) {
    signals.restore();
    prepare_environment(options, library, list);
    become(program, options.command, pipe[1]);
  }
  SignalGuard::pass_signals_to(child);
  ::close(pipe[1]);
  int exec_error = 0;
  ssize_t got = 0;
  while ((got = ::read(pipe[0], &exec_error, sizeof exec_error)) < 0 && errno == EINTR) {
  }
  ::close(pipe[0]);
  const int exit_code = wait_for(child);
  if (got == sizeof exec_error)
    throw CommandError("cannot run '" + program + "': " + std::strerror(exec_error));
  return exit_code;
}

}  // namespace

Recording record_program(const LaunchOptions& options) {
  const std::string program = find_program(options.command.front());
  check_can_preload(program);
  const std::string library = find_hook_library();
  const TraceList list;
  Recording recording;
  recording.exit_code = run(options, program, library, list.path());
  recording.traces = list.read();
  return recording;
}

}  // namespace leak::scan
