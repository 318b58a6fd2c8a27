#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <vitals/format.hpp>
#include <vitals/snapshot.hpp>

#include "core/formats/family_head.hpp"
#include "core/formats/piece_sink.hpp"
#include "core/formats/private_protozero.hpp"

namespace vitals::detail {

/// Writes families as delimited io.prometheus.client.MetricFamily messages
/// (https://github.com/prometheus/client_model/blob/master/io/prometheus/client/metrics.proto), one after the other:
/// begin() the head of one, add() each series, end() its length, which stands before it. A family to which nothing was
/// added leaves nothing. Cost of add(): no allocation once the buffers have grown; of a number, about 30 ns
/// (bench/core).
class ProtobufWriter {
 public:
  /// With a sink, what is written goes there in pieces, of which the last is left in `out`. A family is a piece, or
  /// with a store, which keeps those of its beginning meanwhile, several. REQUIRES: out, and what of the others is not
  /// null, live as long as this.
  ProtobufWriter(std::string& out, const Exposition& how, const PieceSink* sink = nullptr, PieceStore* store = nullptr)
      : out_{out}, sink_{sink}, store_{store}, escaping_{how.escaping} {}

  /// REQUIRES: head is there until end().
  void begin(const FamilyHead& head);
  void add(const MetricSnapshot& metric);
  /// With labels of LabelMessages, which put(at) writes, at most `label_bytes`, and whose end it returns; those of the
  /// snapshot are not read.
  template <class PutLabels>
  void add(std::size_t label_bytes, PutLabels put, const MetricSnapshot& metric) {
    if (is_number(metric) && label_bytes <= kBufferBytes / 2) [[likely]] {
      is_empty_ = false;
      if (label_bytes + kMostBytesBesides > room()) flush();
      char* const labels = at_ + head_bytes_;
      return put_number(labels, put(labels), metric);
    }
    put_labels_.resize(label_bytes);
    put_labels_.resize(static_cast<std::size_t>(put(put_labels_.data()) - put_labels_.data()));
    add(put_labels_, metric);
  }
  void end();

 private:
  static constexpr std::size_t kBufferBytes = std::size_t{16} << 10;
  static constexpr std::size_t kMostBytesBesides = 64;  // labels in a series that is a number

  [[nodiscard]] std::size_t room() const noexcept { return static_cast<std::size_t>(buffer_ + kBufferBytes - at_); }
  void flush() {
    out_.append(buffer_, static_cast<std::size_t>(at_ - buffer_));
    at_ = buffer_;
    if (store_ != nullptr && out_.size() >= start_ + kPieceBytes) [[unlikely]]
      store();
  }
  void store();
  // Whether the series is one number, which all such types have as field 1 of their message.
  [[nodiscard]] bool is_number(const MetricSnapshot& metric) const noexcept {
    return head_.type == MetricType::Gauge || head_.type == MetricType::Untyped || head_.type == MetricType::Info ||
           (head_.type == MetricType::Counter && metric.exemplars.empty());
  }
  // A series whose labels are in the buffer already, behind the room for what stands before them.
  void put_number(char* labels, char* end, const MetricSnapshot& metric);
  void add(std::string_view labels, const MetricSnapshot& metric);
  char* put_payload(char* at, double value, UnixNanos created) const noexcept;
  void add_states(std::string_view labels, const MetricSnapshot& metric);
  void add_number(std::string_view labels, double value, UnixNanos created = 0);
  void write_histogram(protozero::pbf_writer& writer, const MetricSnapshot& metric) const;

  std::string& out_;
  const PieceSink* const sink_;
  PieceStore* const store_;
  const Escaping escaping_;
  FamilyHead head_{};
  protozero::pbf_tag_type payload_ = 0;  // the field of a series that has its number
  std::size_t start_ = 0;                // where the family begins in out_
  std::size_t length_bytes_ = 0;         // what is left before it for its length
  std::size_t stored_ = 0;               // how many bytes of the family are in the store; then it begins at 0 in out_
  bool is_empty_ = true;                 // nothing was added
  std::string labels_;                   // of the metric that is added
  std::string put_labels_;               // those that were written there, and are not in the buffer
  std::string state_labels_;
  std::size_t head_bytes_ = 2;  // what stands before the labels of a series, as far as can be foreseen
  char buffer_[kBufferBytes];   // a string's own append costs more than the bytes
  char* at_ = buffer_;
};

}  // namespace vitals::detail
