#include "http/endpoint/body_encoder.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <new>

#include <isa-l/igzip_lib.h>
#include <zstd.h>

#include "http/endpoint/accept_list.hpp"

namespace vitals::detail {

Encoding choose_encoding(std::string_view accept_encoding) noexcept {
  const AcceptList list{accept_encoding};
  const int identity = list.q_of("identity");
  const int zstd = list.q_of("zstd");
  int gzip = list.q_of("gzip");
  if (gzip < 0) gzip = list.q_of("x-gzip");  // RFC 9110 8.4.1.3: the same thing
  if (gzip < 0) gzip = list.q_of("*");
  if (std::max(zstd, gzip) <= 0 || std::max(zstd, gzip) < identity) return Encoding::Identity;
  return zstd > gzip ? Encoding::Zstd : Encoding::Gzip;
}

std::string_view content_encoding(Encoding encoding) noexcept {
  static constexpr std::string_view kNames[kEncodings] = {"", "gzip", "zstd"};
  return kNames[static_cast<std::size_t>(encoding)];
}

// The levels are those of the table in bench/README.md.
class BodyEncoder::Stream {
 public:
  Stream() = default;
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  virtual ~Stream() = default;

  virtual void add(std::string_view piece, bool is_last, std::string& out) = 0;

 protected:
  std::array<char, std::size_t{32} * 1024> buffer_;  // what comes out, on its way
};

namespace {

class GzipStream : public BodyEncoder::Stream {
 public:
  GzipStream() {
    isal_deflate_init(&stream_);
    stream_.level = 1;
    stream_.level_buf = level_buffer_.data();
    stream_.level_buf_size = static_cast<std::uint32_t>(level_buffer_.size());
    stream_.gzip_flag = IGZIP_GZIP;
  }

  void add(std::string_view piece, bool is_last, std::string& out) override {
    constexpr std::size_t kMost = std::numeric_limits<std::uint32_t>::max();
    do {
      const std::string_view part = piece.substr(0, kMost);
      piece.remove_prefix(part.size());
      // It is only read.
      stream_.next_in = reinterpret_cast<std::uint8_t*>(const_cast<char*>(part.data()));
      stream_.avail_in = static_cast<std::uint32_t>(part.size());
      stream_.end_of_stream = is_last && piece.empty() ? 1 : 0;
      drain(out);
    } while (!piece.empty());
  }

 private:
  void drain(std::string& out) {
    do {
      stream_.next_out = reinterpret_cast<std::uint8_t*>(buffer_.data());
      stream_.avail_out = static_cast<std::uint32_t>(buffer_.size());
      isal_deflate(&stream_);  // fails for wrong arguments only
      out.append(buffer_.data(), buffer_.size() - stream_.avail_out);
    } while (stream_.avail_out == 0);
  }

  isal_zstream stream_;
  std::array<std::uint8_t, ISAL_DEF_LVL1_DEFAULT> level_buffer_;
};

class ZstdStream : public BodyEncoder::Stream {
 public:
  ZstdStream() : context_{ZSTD_createCCtx()} {
    if (context_ == nullptr) throw std::bad_alloc{};
    set(ZSTD_c_compressionLevel, 1);
    set(ZSTD_c_windowLog, 17);
    set(ZSTD_c_checksumFlag, 1);
  }

  void add(std::string_view piece, bool is_last, std::string& out) override {
    ZSTD_inBuffer in{piece.data(), piece.size(), 0};
    std::size_t left = 0;
    do {
      ZSTD_outBuffer to{buffer_.data(), buffer_.size(), 0};
      left = ZSTD_compressStream2(context_.get(), &to, &in, is_last ? ZSTD_e_end : ZSTD_e_continue);
      if (ZSTD_isError(left) != 0) throw std::bad_alloc{};  // no other is possible here
      out.append(buffer_.data(), to.pos);
    } while (in.pos < in.size || (is_last && left != 0));
  }

 private:
  struct Free {
    void operator()(ZSTD_CCtx* context) const noexcept { ZSTD_freeCCtx(context); }
  };

  void set(ZSTD_cParameter parameter, int value) { ZSTD_CCtx_setParameter(context_.get(), parameter, value); }

  std::unique_ptr<ZSTD_CCtx, Free> context_;
};

std::unique_ptr<BodyEncoder::Stream> stream_of(Encoding encoding) {
  if (encoding == Encoding::Gzip) return std::make_unique<GzipStream>();
  if (encoding == Encoding::Zstd) return std::make_unique<ZstdStream>();
  return nullptr;
}

}  // namespace

BodyEncoder::BodyEncoder(Encoding encoding) : stream_{stream_of(encoding)} {}
BodyEncoder::~BodyEncoder() = default;

void BodyEncoder::add(std::string_view piece, std::string& out) {
  stream_ != nullptr ? stream_->add(piece, false, out) : void(out.append(piece));
}

void BodyEncoder::finish(std::string& out) {
  if (stream_ != nullptr) stream_->add({}, true, out);
}

}  // namespace vitals::detail
