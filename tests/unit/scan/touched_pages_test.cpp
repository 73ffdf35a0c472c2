#include "scan/touched_pages.h"

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <utility>
#include <vector>

namespace leak::hook {
namespace {

constexpr std::size_t kPage = 4096;

class TouchedPagesTest : public testing::TestWithParam<PageQuestions> {
 protected:
  static constexpr std::size_t kPages = 4096;

  void SetUp() override {
    void* const memory = ::mmap(nullptr, kPages * kPage, PROT_READ | PROT_WRITE,
                                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    ASSERT_NE(memory, MAP_FAILED);
    ASSERT_EQ(::madvise(memory, kPages * kPage, MADV_NOHUGEPAGE), 0);
    begin_ = reinterpret_cast<std::uintptr_t>(memory);
  }
  void TearDown() override { ::munmap(reinterpret_cast<void*>(begin_), kPages * kPage); }

  void touch(std::size_t first, std::size_t end) const {
    for (std::size_t page = first; page != end; ++page) *reinterpret_cast<volatile char*>(at(page)) = 1;
  }
  std::uintptr_t at(std::size_t page) const { return begin_ + page * kPage; }

  // The pieces of a range, in bytes from the begin of the memory.
  std::vector<std::pair<std::size_t, std::size_t>> pieces(std::uintptr_t begin, std::uintptr_t end) const {
    TouchedPages touched(GetParam());
    std::vector<std::pair<std::size_t, std::size_t>> found;
    AddressRange piece;
    for (AddressRange left = {begin, end}; touched.first_piece(left, piece); left.begin = piece.end)
      found.emplace_back(piece.begin - begin_, piece.end - begin_);
    return found;
  }
  using Pieces = std::vector<std::pair<std::size_t, std::size_t>>;

  std::uintptr_t begin_ = 0;
};

TEST_P(TouchedPagesTest, NothingTouchedIsNoPiece) { EXPECT_EQ(pieces(at(0), at(kPages)), Pieces{}); }

TEST_P(TouchedPagesTest, AllTouchedIsOnePiece) {
  touch(0, kPages);
  EXPECT_EQ(pieces(at(0), at(kPages)), (Pieces{{0, kPages * kPage}}));
}

TEST_P(TouchedPagesTest, OnlyLongGapsAreLeftOut) {
  touch(3, 5);
  touch(20, 21);  // 15 pages after
  touch(37, 40);  // 16
  touch(3000, 3001);
  EXPECT_EQ(pieces(at(0), at(kPages)),
            (Pieces{{3 * kPage, 21 * kPage}, {37 * kPage, 40 * kPage}, {3000 * kPage, 3001 * kPage}}));
}

TEST_P(TouchedPagesTest, PiecesEndWhereTheRangeDoes) {
  touch(10, 20);
  EXPECT_EQ(pieces(at(12) + 8, at(15) + 24), (Pieces{{12 * kPage + 8, 15 * kPage + 24}}));
  EXPECT_EQ(pieces(at(20), at(30)), Pieces{});
}

// More pieces than the kernel is asked for at once.
TEST_P(TouchedPagesTest, ManyPiecesAreAllFound) {
  Pieces expected;
  for (std::size_t page = 1; page + 1 < kPages; page += 20) {
    touch(page, page + 2);
    expected.emplace_back(page * kPage, (page + 2) * kPage);
  }
  EXPECT_EQ(pieces(at(0), at(kPages)), expected);
}

TEST_P(TouchedPagesTest, ManySinglePagesCloseTogetherAreOnePiece) {
  for (std::size_t page = 0; page < 1000; page += 2) touch(page, page + 1);
  EXPECT_EQ(pieces(at(0), at(kPages)), (Pieces{{0, 999 * kPage}}));
}

INSTANTIATE_TEST_SUITE_P(Questions, TouchedPagesTest,
                         testing::Values(PageQuestions::kReadsOnly, PageQuestions::kAny),
                         [](const auto& test) {
                           return test.param == PageQuestions::kAny ? "Any" : "ReadsOnly";
                         });

}  // namespace
}  // namespace leak::hook
