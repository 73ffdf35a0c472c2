#include "snapshot/scan_settings.h"

#include <csignal>
#include <cstring>

namespace leak::hook {

namespace {

// The decimal number at `text`, which is moved behind it. -1: none, or too large.
std::int64_t take_number(const char*& text) noexcept {
  constexpr std::int64_t kMost = 1'000'000'000;
  if (*text < '0' || *text > '9') return -1;
  std::int64_t number = 0;
  for (; *text >= '0' && *text <= '9'; ++text) {
    number = number * 10 + (*text - '0');
    if (number > kMost) return -1;
  }
  return number;
}

bool is(const char* text, const char* word) noexcept { return std::strcmp(text, word) == 0; }

struct SignalName {
  const char* name;
  int number;
};
constexpr SignalName kSignals[] = {{"HUP", SIGHUP},   {"USR1", SIGUSR1},   {"USR2", SIGUSR2},
                                   {"URG", SIGURG},   {"WINCH", SIGWINCH}, {"IO", SIGIO},
                                   {"PROF", SIGPROF}, {"QUIT", SIGQUIT}};

}  // namespace

bool parse_scan_mode(const char* text, ScanSettings& settings) noexcept {
  const bool immediate = is(text, "exit,_exit");
  const bool at_exit = immediate || is(text, "exit");
  if (!at_exit && !is(text, "demand") && !is(text, "off")) return false;
  settings.enabled = !is(text, "off");
  settings.at_exit = at_exit;
  settings.at_immediate_exit = immediate;
  return true;
}

bool parse_scan_interval(const char* text, ScanSettings& settings) noexcept {
  const std::int64_t number = take_number(text);
  const std::int64_t unit_ms = is(text, "ms")                   ? 1
                               : *text == '\0' || is(text, "s") ? 1000
                               : is(text, "m")                  ? 60'000
                               : is(text, "h")                  ? 3'600'000
                                                                : 0;
  if (number < 0 || unit_ms == 0) return false;
  settings.interval_ms = static_cast<std::uint64_t>(number * unit_ms);
  return true;
}

bool parse_scan_signal(const char* text, ScanSettings& settings) noexcept {
  const char* rest = text;
  const std::int64_t number = take_number(rest);
  if (number >= 0) {
    // 32 and 33 are the C library's own.
    if (*rest != '\0' || number < 1 || number > 64 || number == SIGKILL || number == SIGSTOP ||
        number == 32 || number == 33) {
      return false;
    }
    settings.signal = static_cast<int>(number);
    return true;
  }
  if (std::strncmp(text, "SIG", 3) == 0) text += 3;
  for (const SignalName& known : kSignals) {
    if (!is(text, known.name)) continue;
    settings.signal = known.number;
    return true;
  }
  return false;
}

bool parse_scan_stop(const char* text, ScanSettings& settings) noexcept {
  using trace::StopMethod;
  if (!is(text, "tracer") && !is(text, "signal") && !is(text, "none")) return false;
  settings.first_stop = is(text, "tracer")   ? StopMethod::kTracer
                        : is(text, "signal") ? StopMethod::kSignal
                                             : StopMethod::kUnstopped;
  return true;
}

bool parse_scan_fault(const char* text, ScanSettings& settings) noexcept {
  const std::int64_t number = take_number(text);
  if (number < 0 || number > static_cast<std::int64_t>(ScanFault::kLast) || *text != '\0') return false;
  settings.fault = static_cast<ScanFault>(number);
  return true;
}

}  // namespace leak::hook
