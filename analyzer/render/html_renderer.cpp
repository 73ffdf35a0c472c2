// Packs the JSON as gzip in base64 into the page. Base64 has no character that HTML or a script knows, so no
// string of the traced program can end the element it sits in: there is nothing to escape, and nothing to
// forget.
#include "render/html_renderer.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <new>
#include <sstream>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "render/json_renderer.h"
#include "render/report_template.h"

namespace leak::scan {

namespace {

constexpr std::string_view kDataSlot = "@@DATA@@";
constexpr std::size_t kLargeBytes = std::size_t{8} << 20;  // from here on time counts for more than size
constexpr int kGzipWindow = MAX_WBITS + 16;                // "+ 16": a gzip header, without name or time
constexpr int kMemoryLevel = 9;

// Ends the stream however the packing ends.
class Deflater {
 public:
  explicit Deflater(int level) {
    if (deflateInit2(&stream_, level, Z_DEFLATED, kGzipWindow, kMemoryLevel, Z_DEFAULT_STRATEGY) != Z_OK) {
      throw std::bad_alloc();
    }
  }
  ~Deflater() { deflateEnd(&stream_); }
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  std::string pack(std::string_view text) {
    std::string packed;
    std::array<Bytef, 1 << 16> out;
    int status = Z_OK;
    do {
      // zlib counts in 32 bits: a longer text goes in by pieces.
      if (stream_.avail_in == 0) {
        const std::size_t piece = std::min<std::size_t>(text.size(), std::numeric_limits<uInt>::max());
        stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
        stream_.avail_in = static_cast<uInt>(piece);
        text.remove_prefix(piece);
      }
      stream_.next_out = out.data();
      stream_.avail_out = static_cast<uInt>(out.size());
      status = deflate(&stream_, text.empty() ? Z_FINISH : Z_NO_FLUSH);
      if (status == Z_STREAM_ERROR) throw std::logic_error("deflate refused its own stream");
      packed.append(reinterpret_cast<const char*>(out.data()), out.size() - stream_.avail_out);
    } while (status != Z_STREAM_END);
    return packed;
  }

 private:
  z_stream stream_{};
};

void append_base64(std::string& out, std::string_view bytes) {
  static constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - at);
    std::uint32_t group = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      group = group << 8 | (i < count ? static_cast<unsigned char>(bytes[at + i]) : 0U);
    }
    for (std::size_t i = 0; i < 4; ++i) {
      out += i <= count ? kDigits[group >> (18 - 6 * i) & 63] : '=';
    }
  }
}

}  // namespace

std::string render_html(const std::string& page_data) {
  const std::string_view page = report_template();
  const std::size_t slot = page.find(kDataSlot);
  if (slot == std::string_view::npos) throw std::logic_error("the HTML report has no slot for its data");
  Deflater deflater(page_data.size() < kLargeBytes ? Z_BEST_COMPRESSION : Z_DEFAULT_COMPRESSION);
  const std::string packed = deflater.pack(page_data);

  std::string html;
  html.reserve(page.size() + packed.size() / 3 * 4 + 4);
  html.append(page.substr(0, slot));
  append_base64(html, packed);
  html.append(page.substr(slot + kDataSlot.size()));
  return html;
}

void HtmlRenderer::render(const ReportModel& model, std::ostream& out) const {
  std::ostringstream json;
  render_page_data(model, json);
  out << render_html(std::move(json).str());
}

}  // namespace leak::scan
