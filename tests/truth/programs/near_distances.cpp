// As fontconfig does it: what holds its elements by their distance from its own begin. Half of them lie right beside
// their holder, a number as small as any; the others tell what it is. Blocks of another kind hold small numbers, too,
// which are no distances though they could be: what lies there is lost.
#include <cstdint>
#include <cstdlib>

#include "truth.h"

namespace {

struct Pattern {
  int count;
  int capacity;
  std::intptr_t elements;  // from the begin of the pattern
};

struct Record {
  std::intptr_t fields[5];
};

constexpr int kPatterns = 8;
[[gnu::used]] Pattern* g_near[kPatterns];
[[gnu::used]] Pattern* g_far[kPatterns];
[[gnu::used]] void* g_between[kPatterns];
[[gnu::used]] Record* g_records[4];

std::intptr_t distance(const void* from, const void* to) {
  return reinterpret_cast<std::intptr_t>(to) - reinterpret_cast<std::intptr_t>(from);
}

NOINLINE Pattern* make_pattern() {
  Pattern* pattern = static_cast<Pattern*>(std::calloc(1, sizeof(Pattern)));
  pattern->capacity = 1;
  return pattern;
}

NOINLINE void give_elements(Pattern* pattern, bool fixed) {
  void* elements = std::malloc(100);
  pattern->elements = distance(pattern, elements);
  if (fixed) std::free(elements);
}

void work(bool fixed) {
  for (Pattern*& pattern : g_near) {
    pattern = make_pattern();
    give_elements(pattern, fixed);
  }
  for (int i = 0; i != kPatterns; ++i) {
    g_far[i] = make_pattern();
    g_between[i] = std::malloc(9000);
    give_elements(g_far[i], fixed);
  }
  for (Record*& record : g_records) {
    record = static_cast<Record*>(std::calloc(1, sizeof(Record)));
    void* lost = std::malloc(60);
    record->fields[1] = distance(record, lost);
    if (fixed) std::free(lost);
  }
}

}  // namespace

int main(int argc, char** argv) { return run(argc, argv, work); }
