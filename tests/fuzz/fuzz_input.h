// How the fuzzer's bytes become a recording. The checksums of zstd would keep any change from the decoders,
// so the input holds chunks as they are before compression, and the fuzzer compresses them.
//
//   byte 0   bit 0: the input is a trace and a journal as they are (byte 1: which part is the journal, in
//   256ths);
//            otherwise: records of {u16 length, that many bytes}; each is one chunk of the trace
//            bit 1: there is a journal behind the chunks: a length of 0 ends them
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace leak::test {

inline constexpr std::uint8_t kAsItIs = 1;
inline constexpr std::uint8_t kHasJournal = 2;

}  // namespace leak::test
