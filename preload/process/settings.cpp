#include "process/settings.h"

#include <cstring>

#include "sys/syscalls.h"

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

void make_absolute(const char* name, sys::PathText& path) noexcept {
  path.clear();
  if (name[0] != '/') {
    char directory[4096];
    const long length =
        sys::raw_syscall(SYS_getcwd, sys::as_arg(directory), static_cast<long>(sizeof(directory)));
    if (length > 1) path.add(directory, static_cast<std::size_t>(length - 1));
    if (length > 2) path.add("/");
  }
  path.add(name);
}

void apply_number(Settings& settings, const char* name, const char* value, sys::Text<512>& complaint) noexcept {
  static constexpr NumberRule kRules[] = {
      {"ENABLED", 0, 1},        {"LEVEL", -5, 19},           {"TIME_NS", 1, 1'000'000'000},
      {"SAMPLE_MS", 1, 3600000}, {"BUFFER_KB", 256, 1 << 20}, {"MAX_BYTES", 0, INT64_MAX}, {"ADDRESS_MODEL", 0, 1},
      {"VERIFY_STACKS", 0, 1000000}, {"SAMPLE_BYTES", 0, INT64_MAX >> 8}, {"SAMPLE_SEED", 0, INT64_MAX},
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
      default: break;
    }
    return;
  }
}

}  // namespace

void read_settings(char* const* environment, Settings& settings, sys::Text<512>& complaint) noexcept {
  make_absolute(kDefaultOutput, settings.output);
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
      make_absolute(value, settings.output);
    } else if (std::strcmp(name.c_str(), "LIST") == 0) {
      make_absolute(value, settings.list);
    } else if (std::strcmp(name.c_str(), "ONLY") == 0) {
      settings.only.add(value);
    } else {
      apply_number(settings, name.c_str(), value, complaint);
    }
  }
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
