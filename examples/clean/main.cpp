// The control: as many allocations as a leaky program, and every one of them is given back.
#include <cstdio>
#include <map>
#include <string>
#include <vector>

namespace {

std::size_t words_in_a_page(int page) {
  std::map<std::string, int> counts;
  for (int word = 0; word != 200; ++word)
    ++counts["a word that is too long for the small string " + std::to_string(word * page % 97)];
  return counts.size();
}

}  // namespace

int main() {
  std::vector<std::size_t> totals;
  for (int page = 1; page <= 100; ++page) totals.push_back(words_in_a_page(page));
  std::printf("%zu pages, %zu distinct words on the last\n", totals.size(), totals.back());
  return 0;
}
