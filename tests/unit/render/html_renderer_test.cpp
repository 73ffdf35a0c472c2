// The data in the page: it comes out as it went in, and nothing in it can be taken for markup.
#include "render/html_renderer.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace leak::scan {
namespace {

constexpr std::string_view kDataOpen = R"(<script type="application/gzip" id="report-data">)";

std::string embedded_base64(const std::string& html) {
  const std::size_t open = html.find(kDataOpen);
  if (open == std::string::npos) return "no data element";
  const std::size_t begin = open + kDataOpen.size();
  return html.substr(begin, html.find("</script>", begin) - begin);
}

std::string decode_base64(std::string_view text) {
  std::string bytes;
  std::uint32_t group = 0;
  int bits = 0;
  for (const char digit : text) {
    if (digit == '=') break;
    const std::size_t value =
        std::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/").find(digit);
    EXPECT_NE(value, std::string_view::npos) << "not base64: " << digit;
    group = group << 6 | static_cast<std::uint32_t>(value & 63);
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes += static_cast<char>(group >> bits & 255);
    }
  }
  return bytes;
}

std::string gunzip(std::string packed, std::size_t limit) {
  std::string text(limit, '\0');
  z_stream stream{};
  stream.next_in = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(text.data());
  stream.avail_out = static_cast<uInt>(text.size());
  EXPECT_EQ(inflateInit2(&stream, MAX_WBITS + 16), Z_OK);
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  text.resize(stream.total_out);
  inflateEnd(&stream);
  return text;
}

std::string round_trip(const std::string& json) {
  return gunzip(decode_base64(embedded_base64(render_html(json))), json.size() + 1);
}

TEST(HtmlRenderer, EmbeddedDataComesBackByteForByte) {
  // Lengths that leave zero, one and two bytes in the last base64 group.
  for (const std::string json : {"", "{}", "{\"a\":1}", "{\"text\":\"\\u0000 \xc3\xa9 \xf0\x9f\x90\x98\"}"}) {
    EXPECT_EQ(round_trip(json), json);
  }
}

TEST(HtmlRenderer, LargeDataComesBackByteForByte) {
  std::string json = "[";
  std::uint32_t state = 12345;
  while (json.size() < std::size_t{3} << 20) {
    state = state * 1664525 + 1013904223;
    json += std::to_string(state) + ",";
  }
  json += "0]";
  EXPECT_EQ(round_trip(json), json);
}

TEST(HtmlRenderer, RepetitiveDataShrinks) {
  const std::string json(std::size_t{4} << 20, ' ');
  EXPECT_LT(render_html(json).size(), render_html("").size() + (std::size_t{16} << 10));
}

TEST(HtmlRenderer, NothingOfTheDataAppearsAsMarkup) {
  const std::string hostile =
      R"({"exe":"</script><script>alert(1)</script><!--","argv":["<img src=x onerror=alert(2)>","@@DATA@@"]})";
  const std::string html = render_html(hostile);
  EXPECT_EQ(html.find("alert("), std::string::npos);
  EXPECT_EQ(html.find("onerror=alert"), std::string::npos);
  EXPECT_EQ(round_trip(hostile), hostile);
  const std::string base64 = embedded_base64(html);
  EXPECT_EQ(base64.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="),
            std::string::npos);
}

TEST(HtmlRenderer, PageIsCompleteAndForbidsItselfTheNetwork) {
  const std::string html = render_html("{}");
  EXPECT_TRUE(html.starts_with("<!doctype html>"));
  EXPECT_EQ(html.find("@@"), std::string::npos);
  EXPECT_NE(html.find("default-src 'none'"), std::string::npos);
  for (const char* loader :
       {"<link", "<iframe", "<img", "src=\"http", "@import", "url(http", "fetch(", "XMLHttpRequest"}) {
    EXPECT_EQ(html.find(loader), std::string::npos) << loader;
  }
}

TEST(HtmlRenderer, SameReportGivesTheSameBytes) {
  EXPECT_EQ(render_html("{\"a\":1}"), render_html("{\"a\":1}"));
}

}  // namespace
}  // namespace leak::scan
