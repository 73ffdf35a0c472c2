#include "sink/compressor.h"

#define ZSTD_STATIC_LINKING_ONLY  // for a context in memory of ours
#include <zstd.h>

#include "sys/pages.h"

namespace leak::hook {

namespace {

// A window of 512 KiB covers a batch's columns many times over their real redundancy, and keeps the
// working memory small.
constexpr unsigned kWindowLog = 19;
// Addresses look random, and zstd's fast search finds short matches in them that cost more time than they save bytes.
// Larger steps between the places where it looks make it pass over them: compressing redis's events costs a quarter
// less, and 2 % more bytes.
constexpr unsigned kFastStep = 4;

}  // namespace

bool Compressor::open(int level) noexcept {
  ZSTD_compressionParameters parameters = ZSTD_getCParams(level, std::size_t{1} << kWindowLog, 0);
  parameters.windowLog = kWindowLog;
  if (parameters.strategy == ZSTD_fast && parameters.targetLength < kFastStep) parameters.targetLength = kFastStep;
  const std::size_t workspace_bytes = ZSTD_estimateCStreamSize_usingCParams(parameters);
  output_capacity_ = ZSTD_compressBound(kMaxContentBytes);
  // A forked child opens again, in the memory of the parent's writer.
  if (workspace_ == nullptr) workspace_ = sys::map_pages(workspace_bytes);
  if (output_ == nullptr) output_ = static_cast<std::uint8_t*>(sys::map_pages(output_capacity_));
  if (workspace_ == nullptr || output_ == nullptr) return false;
  ZSTD_CCtx* stream = ZSTD_initStaticCStream(workspace_, workspace_bytes);
  if (stream == nullptr) return false;
  stream_ = stream;
  const struct {
    ZSTD_cParameter name;
    int value;
  } settings[] = {
      {ZSTD_c_windowLog, static_cast<int>(parameters.windowLog)},
      {ZSTD_c_hashLog, static_cast<int>(parameters.hashLog)},
      {ZSTD_c_chainLog, static_cast<int>(parameters.chainLog)},
      {ZSTD_c_searchLog, static_cast<int>(parameters.searchLog)},
      {ZSTD_c_minMatch, static_cast<int>(parameters.minMatch)},
      {ZSTD_c_targetLength, static_cast<int>(parameters.targetLength)},
      {ZSTD_c_strategy, static_cast<int>(parameters.strategy)},
      // Large steps alone would turn it off.
      {ZSTD_c_literalCompressionMode, level > 0 ? ZSTD_ps_enable : ZSTD_ps_auto},
      {ZSTD_c_checksumFlag, 1},
      {ZSTD_c_contentSizeFlag, 1},
  };
  for (const auto& setting : settings) {
    if (ZSTD_isError(ZSTD_CCtx_setParameter(stream, setting.name, setting.value))) return false;
  }
  return true;
}

void Compressor::begin(std::size_t content_bytes) noexcept {
  ZSTD_CCtx* stream = static_cast<ZSTD_CCtx*>(stream_);
  output_bytes_ = 0;
  failed_ = ZSTD_isError(ZSTD_CCtx_reset(stream, ZSTD_reset_session_only)) ||
            ZSTD_isError(ZSTD_CCtx_setPledgedSrcSize(stream, content_bytes));
}

void Compressor::run(int directive, const void* data, std::size_t bytes) noexcept {
  if (failed_) return;
  ZSTD_inBuffer in{data, bytes, 0};
  ZSTD_outBuffer out{output_, output_capacity_, output_bytes_};
  std::size_t left = 0;
  do {
    left = ZSTD_compressStream2(static_cast<ZSTD_CCtx*>(stream_), &out, &in,
                                static_cast<ZSTD_EndDirective>(directive));
    // The output has room for everything: a call that leaves work undone did not fail for want of it.
    failed_ = ZSTD_isError(left) || out.pos == out.size;
  } while (!failed_ && (in.pos != in.size || (directive != ZSTD_e_continue && left != 0)));
  output_bytes_ = out.pos;
}

void Compressor::add(const void* data, std::size_t bytes) noexcept { run(ZSTD_e_continue, data, bytes); }

void Compressor::end_block() noexcept { run(ZSTD_e_flush, nullptr, 0); }

Compressor::Frame Compressor::finish() noexcept {
  run(ZSTD_e_end, nullptr, 0);
  return failed_ ? Frame{nullptr, 0} : Frame{output_, output_bytes_};
}

}  // namespace leak::hook
