// A photo library makes thumbnails. Where does its memory go? Three parts hold some: the index of the library
// (it is needed), the thumbnails (they are what this is all about), and the decoded pictures, of which each
// should be gone as soon as its thumbnail exists. The report lists them by size, and says which of them
// nobody holds any more.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace {

constexpr int kPhotos = 64;
constexpr std::size_t kPictureBytes = 256 * 1024;
constexpr std::size_t kThumbnailBytes = 16 * 1024;

using Thumbnail = std::vector<unsigned char>;

struct Photo {
  std::string path;
  std::string camera;
  Thumbnail thumbnail;
};

using Index = std::map<std::string, Photo>;

Index& photo_index() {
  static Index& index = *new Index;
  return index;
}

// The decoder is an old C library: who calls it has to free the picture.
unsigned char* decode_picture(int number) {
  auto* picture = static_cast<unsigned char*>(std::malloc(kPictureBytes));
  if (picture != nullptr) std::memset(picture, number, kPictureBytes);
  return picture;
}

Thumbnail make_thumbnail(int number) {
#ifndef FIXED
  const unsigned char* picture = decode_picture(number);
  if (picture == nullptr) return {};
  return Thumbnail(picture, picture + kThumbnailBytes);  // the picture is forgotten, sixteen times as large
#else
  const std::unique_ptr<unsigned char, decltype(&std::free)> picture(decode_picture(number), std::free);
  if (!picture) return {};
  return Thumbnail(picture.get(), picture.get() + kThumbnailBytes);
#endif
}

void import_photo(int number) {
  const std::string path =
      "/photos/of/the/last/summer/holidays/IMG_" + std::to_string(1000 + number) + ".jpg";
  photo_index().emplace(path, Photo{path, "a camera with a long name", make_thumbnail(number)});
}

}  // namespace

int main() {
  for (int number = 0; number != kPhotos; ++number) import_photo(number);
  std::printf("%zu photos in the library\n", photo_index().size());
}
