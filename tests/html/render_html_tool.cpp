// render_html_tool REPORT.json REPORT.html: the page that leakscan would write for a JSON report that a test
// made.
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>

#include "render/html_renderer.h"

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: %s REPORT.json REPORT.html\n", argv[0]);
    return 2;
  }
  std::ifstream in(argv[1], std::ios::binary);
  if (!in) {
    std::fprintf(stderr, "cannot read %s\n", argv[1]);
    return 2;
  }
  const std::string json((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  std::ofstream out(argv[2], std::ios::binary);
  out << leak::scan::render_html(json);
  out.close();
  return out ? 0 : 2;
}
