// What compressors make of expositions: time, size and memory; bench/README.md has the table and the command. Those
// that can are given the text in the pieces that a scrape has.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <isa-l/igzip_lib.h>
#include <malloc.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zstd.h>
#ifdef HAS_LIBDEFLATE
#include <libdeflate.h>
#endif
#ifdef HAS_ZLIB
#include <zlib.h>
#endif

#include <vitals/vitals.hpp>

#include "core/formats/piece_sink.hpp"

namespace {

constexpr std::size_t kBuffer = std::size_t{32} * 1024;

struct Codec {
  std::string name;
  std::function<std::size_t(std::string_view text)> encode;  // returns the bytes that it made of it
};

// Calls use(piece, is_last) for each.
template <class Use>
void for_each_piece(std::string_view text, Use use) {
  for (bool is_last = false; !is_last;) {
    const auto piece = text.substr(0, vitals::detail::kPieceBytes);
    text.remove_prefix(piece.size());
    is_last = text.empty();
    use(piece, is_last);
  }
}

std::size_t isal(int level, std::string_view text) {
  constexpr std::uint32_t kLevelBytes[] = {ISAL_DEF_LVL0_DEFAULT, ISAL_DEF_LVL1_DEFAULT, ISAL_DEF_LVL2_DEFAULT,
                                           ISAL_DEF_LVL3_DEFAULT};
  const auto stream = std::make_unique<isal_zstream>();
  std::vector<std::uint8_t> level_buffer(kLevelBytes[level]);
  std::vector<char> buffer(kBuffer);  // what is made goes there, and is counted
  std::size_t bytes = 0;
  isal_deflate_init(stream.get());
  stream->level = static_cast<std::uint32_t>(level);
  stream->level_buf = level_buffer.data();
  stream->level_buf_size = static_cast<std::uint32_t>(level_buffer.size());
  stream->gzip_flag = IGZIP_GZIP;
  for_each_piece(text, [&](std::string_view piece, bool is_last) {
    stream->next_in = reinterpret_cast<std::uint8_t*>(const_cast<char*>(piece.data()));
    stream->avail_in = static_cast<std::uint32_t>(piece.size());
    stream->end_of_stream = is_last ? 1 : 0;
    do {
      stream->next_out = reinterpret_cast<std::uint8_t*>(buffer.data());
      stream->avail_out = kBuffer;
      isal_deflate(stream.get());
      bytes += kBuffer - stream->avail_out;
    } while (stream->avail_out == 0);
  });
  return bytes;
}

// window_log: 0 is the level's own.
std::size_t zstd(int level, int window_log, std::string_view text) {
  const std::unique_ptr<ZSTD_CCtx, std::size_t (*)(ZSTD_CCtx*)> context{ZSTD_createCCtx(), ZSTD_freeCCtx};
  std::vector<char> buffer(kBuffer);  // what is made goes there, and is counted
  std::size_t bytes = 0;
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, level);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_windowLog, window_log);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 1);
  for_each_piece(text, [&](std::string_view piece, bool is_last) {
    ZSTD_inBuffer in{piece.data(), piece.size(), 0};
    std::size_t left = 0;
    do {
      ZSTD_outBuffer to{buffer.data(), buffer.size(), 0};
      left = ZSTD_compressStream2(context.get(), &to, &in, is_last ? ZSTD_e_end : ZSTD_e_continue);
      bytes += to.pos;
    } while (in.pos < in.size || (is_last && left != 0));
  });
  return bytes;
}

#ifdef HAS_LIBDEFLATE
std::size_t libdeflate(int level, std::string_view text) {
  const std::unique_ptr<libdeflate_compressor, void (*)(libdeflate_compressor*)> compressor{
      libdeflate_alloc_compressor(level), libdeflate_free_compressor};
  std::vector<char> out(libdeflate_gzip_compress_bound(compressor.get(), text.size()));
  return libdeflate_gzip_compress(compressor.get(), text.data(), text.size(), out.data(), out.size());
}
#endif

#ifdef HAS_ZLIB
std::size_t zlib(int level, std::string_view text) {
  z_stream stream{};
  std::vector<char> buffer(kBuffer);  // what is made goes there, and is counted
  std::size_t bytes = 0;
  constexpr int kGzipOfLargestWindow = 16 + MAX_WBITS;
  deflateInit2(&stream, level, Z_DEFLATED, kGzipOfLargestWindow, 8, Z_DEFAULT_STRATEGY);
  for_each_piece(text, [&](std::string_view piece, bool is_last) {
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(piece.data()));
    stream.avail_in = static_cast<uInt>(piece.size());
    do {
      stream.next_out = reinterpret_cast<Bytef*>(buffer.data());
      stream.avail_out = kBuffer;
      deflate(&stream, is_last ? Z_FINISH : Z_NO_FLUSH);
      bytes += kBuffer - stream.avail_out;
    } while (stream.avail_out == 0);
  });
  deflateEnd(&stream);
  return bytes;
}
#endif

std::vector<Codec> codecs() {
  using std::placeholders::_1;
  std::vector<Codec> all;
#ifdef HAS_LIBDEFLATE
  for (const int level : {0, 1, 2, 3, 4, 5, 6})
    all.push_back({"libdeflate " + std::to_string(level) + ", whole", std::bind(libdeflate, level, _1)});
#endif
#ifdef HAS_ZLIB
  for (const int level : {1, 6}) all.push_back({"zlib " + std::to_string(level), std::bind(zlib, level, _1)});
#endif
  for (const int level : {0, 1, 2, 3}) all.push_back({"ISA-L " + std::to_string(level), std::bind(isal, level, _1)});
  for (const int level : {-5, -3, -1, 1, 2, 3})
    all.push_back({"zstd " + std::to_string(level), std::bind(zstd, level, 0, _1)});
  for (const int window_log : {17, 18})
    all.push_back({"zstd 1, window of " + std::to_string((1U << window_log) / 1024) + " KiB",
                   std::bind(zstd, 1, window_log, _1)});
  return all;
}

struct Result {
  double milliseconds = 0;
  std::size_t bytes = 0;
  std::size_t peak_bytes = 0;  // how much memory was added
};

double cpu_milliseconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

std::size_t status_bytes(std::string_view name) {
  std::ifstream status{"/proc/self/status"};
  for (std::string line; std::getline(status, line);)
    if (line.starts_with(name)) return std::stoul(line.substr(name.size() + 1)) * 1024;
  return 0;
}

// In a process of its own, whose memory nobody else has grown. The first of its runs shows the memory, the best one the
// time.
Result measure(const Codec& codec, const std::string& text) {
  int ends[2];
  if (pipe(ends) != 0) return {};
  const pid_t child = fork();
  if (child == 0) {
    Result result;
    // The peak of resident memory starts anew, and so does the heap.
    malloc_trim(0);
    std::ofstream{"/proc/self/clear_refs"} << 5;
    const std::size_t before = status_bytes("VmRSS");
    for (int run = 0; run < 7; ++run) {
      const double start = cpu_milliseconds();
      result.bytes = codec.encode(text);
      const double took = cpu_milliseconds() - start;
      if (run == 0) result.peak_bytes = status_bytes("VmHWM") - before;
      if (run == 0 || took < result.milliseconds) result.milliseconds = took;
    }
    _exit(write(ends[1], &result, sizeof result) == sizeof result ? 0 : 1);
  }
  Result result;
  if (read(ends[0], &result, sizeof result) != sizeof result) result = {};
  close(ends[0]);
  close(ends[1]);
  waitpid(child, nullptr, 0);
  return result;
}

void measure_all(const std::string& what, const std::string& text) {
  std::printf("%s: %zu bytes\n", what.c_str(), text.size());
  for (const Codec& codec : codecs()) {
    const Result result = measure(codec, text);
    std::printf("  %-28s %8.2f ms %8.0f MB/s %10zu bytes %5.1f %% %8.2f MB of memory\n", codec.name.c_str(),
                result.milliseconds, static_cast<double>(text.size()) / 1e3 / result.milliseconds, result.bytes,
                100.0 * static_cast<double>(result.bytes) / static_cast<double>(text.size()),
                static_cast<double>(result.peak_bytes) / 1e6);
    std::fflush(stdout);
  }
}

// As bench/core/registry/scrape_bench.cpp has them.
void fill(vitals::Registry& registry, int counter_series, int histogram_series) {
  const char* const methods[] = {"GET", "POST", "PUT", "DELETE"};
  const char* const statuses[] = {"200", "201", "400", "404", "500"};
  const vitals::FamilyOptions options{.max_series = 10'000'000};
  auto& counters = registry.counter("requests_total", "A.", {"method", "route", "status"}, options);
  auto& histograms =
      registry.histogram("took_seconds", "A.", {"method", "route", "status"}, vitals::Buckets::latency(), options);
  const auto route = [](int i) { return "/api/v1/resource/" + std::to_string(10'000 + i / 20); };
  for (int i = 0; i < counter_series; ++i)
    counters.with(methods[i % 4], route(i), statuses[i / 4 % 5]).inc(static_cast<std::uint64_t>(i) * 7919 % 1'000'003);
  for (int i = 0; i < histogram_series; ++i) {
    auto& histogram = histograms.with(methods[i % 4], route(i), statuses[i / 4 % 5]);
    for (int n = 0; n < 20 + i % 300; ++n) histogram.observe(0.0007 * ((n * 131 + i * 17) % 4001));
  }
}

}  // namespace

// vitals_compression [FILE …]: of these, or of what a registry of 100,000 counters and one of 5,000 histograms expose.
int main(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    std::ifstream file{argv[i], std::ios::binary};
    measure_all(argv[i], {std::istreambuf_iterator<char>{file}, {}});
  }
  if (argc > 1) return 0;
  vitals::Registry counters;
  fill(counters, 100'000, 0);
  vitals::Registry histograms;
  fill(histograms, 0, 5'000);
  measure_all("text of 100,000 counters", vitals::to_text(counters));
  measure_all("protobuf of 100,000 counters", vitals::to_protobuf(counters));
  measure_all("text of 5,000 histograms", vitals::to_text(histograms));
}
