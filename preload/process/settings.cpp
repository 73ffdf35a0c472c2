#include "process/settings.h"

#include <cstring>

#include "sys/paths.h"

namespace leak::hook {

namespace {

constexpr const char* kPrefix = "LEAKHOOK_";
constexpr const char* kDefaultOutput = "leakhook.%e.%p.zst";

struct NumberRule {
  const char* name;
  std::int64_t min;
  std::int64_t max;
};

bool parse_number(const char* text, const NumberRule& rule, std::int64_t& value) noexcept {
  const bool negative = *text == '-';
  if (negative) ++text;
  if (*text == '\0') return false;
  std::int64_t number = 0;
  for (; *text >= '0' && *text <= '9'; ++text) {
    if (number > INT64_MAX / 10 - 10) return false;
    number = number * 10 + (*text - '0');
  }
  if (*text == 'K' || *text == 'k') number <<= 10, ++text;
  else if (*text == 'M' || *text == 'm') number <<= 20, ++text;
  else if (*text == 'G' || *text == 'g') number <<= 30, ++text;
  value = negative ? -number : number;
  return *text == '\0' && value >= rule.min && value <= rule.max;
}

// "5%", "0.5%" or "5".
bool parse_percent(const char* text, std::uint32_t& permille) noexcept {
  std::uint32_t number = 0;
  const char* at = text;
  for (; *at >= '0' && *at <= '9' && number <= 1000; ++at) number = number * 10 + static_cast<std::uint32_t>(*at - '0');
  if (at == text) return false;
  number *= 10;
  if (*at == '.' && at[1] >= '0' && at[1] <= '9') {
    number += static_cast<std::uint32_t>(at[1] - '0');
    at += 2;
  }
  if (*at == '%') ++at;
  if (*at != '\0' || number > 1000) return false;
  permille = number;
  return true;
}

void apply_max_overhead(Settings& settings, const char* value, sys::Text<512>& complaint) noexcept {
  if (parse_percent(value, settings.max_overhead_permille)) return;
  complaint.clear();
  complaint.add("LEAKHOOK_MAX_OVERHEAD=").add(value).add(" is not a share of CPU time like 5%; it is ignored");
}

void apply_number(Settings& settings, const char* name, const char* value, sys::Text<512>& complaint) noexcept {
  static constexpr NumberRule kRules[] = {
      {"ENABLED", 0, 1},        {"LEVEL", -5, 19},           {"TIME_NS", 1, 1'000'000'000},
      {"SAMPLE_MS", 1, 3600000}, {"BUFFER_KB", 256, 1 << 20}, {"MAX_BYTES", 0, INT64_MAX}, {"ADDRESS_MODEL", 0, 1},
      {"VERIFY_STACKS", 0, 1000000}, {"SAMPLE_BYTES", 0, INT64_MAX >> 8}, {"SAMPLE_SEED", 0, INT64_MAX}, {"SCRUB", 0, 1},
      {"FREE_STACKS", 0, 1},
      {"PROCESS", 0, INT32_MAX},
  };
  for (std::size_t i = 0; i != sizeof(kRules) / sizeof(kRules[0]); ++i) {
    if (std::strcmp(name, kRules[i].name) != 0) continue;
    std::int64_t number = 0;
    if (!parse_number(value, kRules[i], number)) {
      complaint.clear();
      complaint.add(kPrefix).add(name).add("=").add(value).add(" is not a number that makes sense there; it is ignored");
      return;
    }
    switch (i) {
      case 0: settings.enabled = number != 0; break;
      case 1: settings.compression_level = static_cast<int>(number); break;
      case 2: settings.time_ns = static_cast<std::uint32_t>(number); break;
      case 3: settings.sample_ms = static_cast<std::uint32_t>(number); break;
      case 4: settings.buffer_slots = static_cast<std::uint32_t>(number / 64); break;
      case 5: settings.max_bytes = static_cast<std::uint64_t>(number); break;
      case 6: settings.address_model = number != 0; break;
      case 7: settings.verify_stacks = static_cast<std::uint32_t>(number); break;
      case 8: settings.sample_bytes = static_cast<std::uint64_t>(number); break;
      case 9: settings.sample_seed = static_cast<std::uint64_t>(number); break;
      case 10: settings.scrub = number != 0; break;
      case 11: settings.free_stacks = number != 0; break;
      case 12: settings.process = static_cast<int>(number); break;
      default: break;
    }
    return;
  }
}

// "fds", "threads", both with a comma, or "none".
bool parse_tracked(const char* text, std::uint32_t& tracked) noexcept {
  std::uint32_t found = 0;
  if (std::strcmp(text, "none") != 0) {
    for (const char* at = text;; ++at) {
      const std::size_t length = std::strcspn(at, ",");
      if (length == 3 && std::strncmp(at, "fds", length) == 0) {
        found |= kTrackFds;
      } else if (length == 7 && std::strncmp(at, "threads", length) == 0) {
        found |= kTrackThreads;
      } else {
        return false;
      }
      at += length;
      if (*at == '\0') break;
    }
  }
  tracked = found;
  return true;
}

void apply_track(Settings& settings, const char* value, sys::Text<512>& complaint) noexcept {
  if (parse_tracked(value, settings.tracked)) return;
  complaint.clear();
  complaint.add("LEAKHOOK_TRACK=").add(value).add(" is not fds, threads, fds,threads or none; it is ignored");
}

// The settings of the scan that are words. False: it is none of them.
bool apply_scan_word(ScanSettings& scan, const char* name, const char* value, sys::Text<512>& complaint) noexcept {
  struct Rule {
    const char* name;
    bool (*parse)(const char*, ScanSettings&) noexcept;
    const char* expected;
  };
  static constexpr Rule kRules[] = {
      {"SCAN", parse_scan_mode, "exit, demand, off or exit,_exit"},
      {"SCAN_INTERVAL", parse_scan_interval, "a time like 30s or 5m"},
      {"SCAN_SIGNAL", parse_scan_signal, "a signal like USR2"},
      {"SCAN_STOP", parse_scan_stop, "tracer, signal or none"},
      {"TEST_SCAN_FAULT", parse_scan_fault, "the number of a fault"},
  };
  for (const Rule& rule : kRules) {
    if (std::strcmp(name, rule.name) != 0) continue;
    if (!rule.parse(value, scan)) {
      complaint.clear();
      complaint.add(kPrefix).add(name).add("=").add(value).add(" is not ").add(rule.expected);
      complaint.add("; it is ignored");
    }
    return true;
  }
  return false;
}

}  // namespace

void read_settings(char* const* environment, Settings& settings, sys::Text<512>& complaint) noexcept {
  sys::make_absolute(kDefaultOutput, settings.output);
  bool scan_was_chosen = false;
  for (; environment != nullptr && *environment != nullptr; ++environment) {
    const char* entry = *environment;
    if (std::strncmp(entry, kPrefix, std::strlen(kPrefix)) != 0) continue;
    const char* name_start = entry + std::strlen(kPrefix);
    const char* equals = std::strchr(name_start, '=');
    if (equals == nullptr || equals[1] == '\0') continue;
    sys::Text<64> name;
    name.add(name_start, static_cast<std::size_t>(equals - name_start));
    const char* value = equals + 1;
    settings.text.add(entry).add("\n");
    if (std::strcmp(name.c_str(), "OUTPUT") == 0) {
      sys::make_absolute(value, settings.output);
    } else if (std::strcmp(name.c_str(), "LIST") == 0) {
      sys::make_absolute(value, settings.list);
    } else if (std::strcmp(name.c_str(), "MAX_OVERHEAD") == 0) {
      apply_max_overhead(settings, value, complaint);
    } else if (std::strcmp(name.c_str(), "TRACK") == 0) {
      apply_track(settings, value, complaint);
    } else if (std::strcmp(name.c_str(), "ONLY") == 0) {
      settings.only.add(value);
    } else if (apply_scan_word(settings.scan, name.c_str(), value, complaint)) {
      scan_was_chosen = true;
    } else {
      apply_number(settings, name.c_str(), value, complaint);
    }
  }
  // To know which blocks are live costs every call more than a sample does.
  const bool wants_little_cost = settings.sample_bytes != 0 || settings.max_overhead_permille != 0;
  if (wants_little_cost && !scan_was_chosen) settings.scan.enabled = false;
}

void trace_path(const Settings& settings, int pid, const char* exe_name, std::uint64_t start_unix_s,
                unsigned attempt, sys::PathText& path) noexcept {
  path.clear();
  bool names_process = false;
  for (const char* p = settings.output.c_str(); *p != '\0'; ++p) {
    if (*p != '%' || p[1] == '\0') {
      path.add(p, 1);
      continue;
    }
    switch (*++p) {
      case 'p': path.add_number(static_cast<std::uint64_t>(pid)); names_process = true; break;
      case 'e': path.add(exe_name); break;
      case 't': path.add_number(start_unix_s); break;
      default: path.add(p, 1); break;
    }
  }
  if (attempt == 0) return;
  // The name is taken: <name>.<exe>.<pid>.zst for a pattern that is the same for every process, and a number.
  static constexpr const char* kSuffix = ".zst";
  const std::size_t length = std::strlen(path.c_str());
  const bool has_suffix =
      length > std::strlen(kSuffix) && std::strcmp(path.c_str() + length - std::strlen(kSuffix), kSuffix) == 0;
  if (has_suffix) path.shorten(length - std::strlen(kSuffix));
  if (!names_process) path.add(".").add(exe_name).add(".").add_number(static_cast<std::uint64_t>(pid));
  const unsigned first_number = names_process ? 1U : 2U;
  if (attempt >= first_number) path.add(".").add_number(attempt - first_number + 2);
  path.add(kSuffix);
}

}  // namespace leak::hook
