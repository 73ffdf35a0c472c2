// render_html_tool REPORT.json REPORT.html: the page that leakscan would write for a JSON report that a test
// made.
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>

#include "render/html_renderer.h"
#include "render/json_page.h"

namespace {

using leak::scan::Json;

Json page_data_of(Json report) {
  for (Json& process : report.at("processes")) {
    process.erase("comparison");
    if (process.contains("top")) process["top"] = leak::scan::page_top_of(process["top"]);
    if (process.contains("sites")) {
      leak::scan::SiteColumns columns;
      for (const Json& site : process["sites"]) columns.add(site);
      process["site_columns"] = std::move(columns).finish();
      process.erase("sites");
    }
    if (!process.contains("snapshots")) continue;
    for (Json& snapshot : process["snapshots"]) {
      if (snapshot.contains("sites")) snapshot = leak::scan::page_snapshot_of(snapshot);
    }
  }
  return report;
}

}  // namespace

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
  out << leak::scan::render_html(page_data_of(Json::parse(json)).dump());
  out.close();
  return out ? 0 : 2;
}
