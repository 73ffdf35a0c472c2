#include <algorithm>
#include <charconv>
#include <sstream>

#include "base/command_error.h"
#include "suppress/suppressions.h"
#include "symbols/demangle.h"

namespace leak::scan {

namespace {

using Kind = SuppressionFrame::Kind;

std::string trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r";
  const std::size_t begin = text.find_first_not_of(kBlank);
  if (begin == std::string_view::npos) return {};
  return std::string(text.substr(begin, text.find_last_not_of(kBlank) - begin + 1));
}

std::string quoted(std::string_view text) {
  std::string made(1, '\'');
  made += text.substr(0, 60);
  made += '\'';
  return made;
}

struct Limits {
  std::optional<std::uint64_t> max_blocks;
  std::string expires;
};

bool is_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  for (std::size_t i = 0; i != text.size(); ++i) {
    if (i != 4 && i != 7 && (text[i] < '0' || text[i] > '9')) return false;
  }
  const std::string_view month = text.substr(5, 2);
  const std::string_view day = text.substr(8, 2);
  return month >= "01" && month <= "12" && day >= "01" && day <= "31";
}

class Parser {
 public:
  Parser(const std::string& file_name, const std::string& text) : file_name_(file_name), lines_(text) {}

  std::vector<Suppression> parse() {
    std::string line;
    while (next(line)) {
      if (line.empty()) {
        limits_ = {};
      } else if (line.starts_with('#')) {
        read_limits(line);
      } else if (line.starts_with("leak:")) {
        add_pattern(line);
      } else if (line == "{") {
        add_entry();
      } else if (!is_of_another_sanitizer(line)) {
        fail("expected 'leak:PATTERN' or an entry in braces, not " + quoted(line));
      }
    }
    return std::move(list_);
  }

 private:
  bool next(std::string& line) {
    if (!std::getline(lines_, line)) return false;
    ++number_;
    line = trimmed(line);
    return true;
  }

  [[noreturn]] void fail(const std::string& what) const {
    throw CommandError("suppressions " + file_name_ + ":" + std::to_string(number_) + ": " + what);
  }

  std::string here() const { return file_name_ + ":" + std::to_string(number_); }

  // One file often serves several sanitizers: "race:...", "vptr:...".
  static bool is_of_another_sanitizer(std::string_view line) {
    const std::size_t colon = line.find(':');
    if (colon == 0 || colon == std::string_view::npos) return false;
    static constexpr std::string_view kOthers =
        " race race_top thread mutex deadlock signal called_from_lib interceptor_name interceptor_via_fun "
        "interceptor_via_lib odr_violation alloc_dealloc_mismatch vptr alignment undefined "
        "unsigned-integer-overflow signed-integer-overflow bounds enum function null fun src ";
    return kOthers.find(std::string(1, ' ').append(line.substr(0, colon)).append(1, ' ')) !=
           std::string_view::npos;
  }

  void read_limits(std::string_view comment) {
    std::istringstream words{std::string(comment.substr(1))};
    for (std::string word; words >> word;) {
      if (word.starts_with("max=")) {
        std::uint64_t number = 0;
        const char* end = word.data() + word.size();
        const auto [stop, error] = std::from_chars(word.data() + 4, end, number);
        if (error != std::errc() || stop != end) fail(quoted(word) + " needs a number of blocks");
        limits_.max_blocks = number;
      } else if (word.starts_with("expires=")) {
        limits_.expires = word.substr(8);
        if (!is_date(limits_.expires)) fail(quoted(word) + " needs a date such as 2027-01-31");
      }
    }
  }

  void add(Suppression made) {
    made.max_blocks = limits_.max_blocks;
    made.expires = limits_.expires;
    limits_ = {};
    list_.push_back(std::move(made));
  }

  void add_pattern(const std::string& line) {
    Suppression made;
    made.text = line;
    made.origin = here();
    made.pattern = trimmed(std::string_view(line).substr(5));
    if (made.pattern.empty()) fail("'leak:' needs a pattern of a function, file or module name");
    add(std::move(made));
  }

  std::string entry_line() {
    std::string line;
    do {
      if (!next(line)) fail("the entry has no closing '}'");
      if (line.starts_with('#')) read_limits(line);
    } while (line.empty() || line.starts_with('#'));
    return line;
  }

  void add_entry() {
    Suppression made;
    made.origin = here();
    made.text = entry_line();
    const std::string kind = entry_line();
    if (made.text == "}" || kind == "}") fail("an entry needs a name, a kind and frames");
    if (kind.find(':') == std::string::npos) fail(quoted(kind) + " is no kind such as Memcheck:Leak");
    const std::size_t colon = kind.find(':');
    const std::string tools = std::string(1, ',').append(kind, 0, colon).append(1, ',');
    const bool is_leak =
        tools.find(",Memcheck,") != std::string::npos && trimmed(kind.substr(colon + 1)) == "Leak";
    bool of_lost_blocks = true;
    for (std::string line = entry_line(); line != "}"; line = entry_line()) {
      if (!is_leak) continue;
      if (line.starts_with("match-leak-kinds:")) {
        of_lost_blocks = line.find("definite") != std::string::npos ||
                         line.find("indirect") != std::string::npos || line.find("all") != std::string::npos;
      } else {
        made.frames.push_back(frame(line));
      }
    }
    if (!is_leak || !of_lost_blocks) {
      limits_ = {};
      return;
    }
    if (made.frames.empty()) fail("the entry " + quoted(made.text) + " has no frames");
    add(std::move(made));
  }

  SuppressionFrame frame(const std::string& line) const {
    if (line == "...") return {Kind::kAnyFrames, {}};
    if (line.starts_with("fun:")) return {Kind::kFunction, readable(line.substr(4))};
    if (line.starts_with("obj:")) return {Kind::kObject, line.substr(4)};
    if (line.starts_with("src:")) return {Kind::kSource, line.substr(4)};
    fail(quoted(line) + " is no frame: fun:, obj:, src: or ...");
  }

  // valgrind writes linker names, reports say what the programmer wrote. Of a pattern the part before the
  // first wildcard is completed to the shortest name that means something.
  static std::string readable(const std::string& pattern) {
    if (!pattern.starts_with("_Z")) return pattern;
    const std::size_t wildcard = pattern.find_first_of("*?");
    if (wildcard == std::string::npos) return demangle(pattern);
    const std::string start = pattern.substr(0, wildcard);
    for (const char* completion : {"v", "Ev", ""}) {
      const std::string complete = std::string(start).append(completion);
      std::string name = demangle(complete);
      if (name == complete) continue;
      name.resize(std::min(name.find('('), name.size()));
      return name.append(1, '*');
    }
    return pattern;
  }

  std::string file_name_;
  std::istringstream lines_;
  std::size_t number_ = 0;
  Limits limits_;
  std::vector<Suppression> list_;
};

}  // namespace

std::vector<Suppression> parse_suppressions(const std::string& file_name, const std::string& text) {
  return Parser(file_name, text).parse();
}

}  // namespace leak::scan
