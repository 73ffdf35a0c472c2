// A service keeps a journal of what it does, to be shown when somebody asks. It is one string in memory, and
// every request adds a line to it. There is only ever one block, so whoever counts blocks sees nothing; but
// it grows and grows, and each time it moves, the old one and the new one exist side by side.
#include <cstdio>
#include <string>

#include "support/requests.h"

namespace {

using namespace std::chrono_literals;

class Journal {
 public:
  void add(const std::string& line) {
#ifdef FIXED
    // What does not fit is written out and forgotten (here: only forgotten). clear() keeps the capacity.
    if (text_.size() + line.size() > kMost) text_.clear();
#endif
    text_ += line;
  }

  std::size_t size() const { return text_.size(); }

 private:
  static constexpr std::size_t kMost = 8 * 1024;

  std::string text_;
};

Journal& journal() {
  static Journal& journal = *new Journal;
  return journal;
}

void handle_request(int number) {
  journal().add("request " + std::to_string(number) + " took " + std::to_string(number * 7919 % 997) +
                " us and was answered with status 200; nothing else happened\n");
}

}  // namespace

int main() {
  serve(20'000, 2500ms, handle_request);
  std::printf("the journal has %zu bytes\n", journal().size());
}
