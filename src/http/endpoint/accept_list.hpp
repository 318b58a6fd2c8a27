#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string_view>

namespace vitals::detail {

/// One clause of an Accept or Accept-Encoding header; its views point into the header.
struct AcceptClause {
  std::string_view value;       // "text/plain", "gzip", "*"; as the client wrote it
  std::string_view parameters;  // what follows the first ';', q among it
  int q = 1000;                 // thousandths, 0..1000; 0 means "not this"

  /// The value of the first parameter of that name (any case) without its quotes, or empty.
  [[nodiscard]] std::string_view parameter(std::string_view name) const noexcept;
};

/// An Accept or Accept-Encoding header, "value;parameter=x;q=0.5, …": most wanted first, equals in the order written.
/// Cost: no allocation; reads at most kMaxBytes and kMaxClauses of whatever a client sends.
class AcceptList {
 public:
  static constexpr std::size_t kMaxBytes = 4096;
  static constexpr std::size_t kMaxClauses = 32;

  explicit AcceptList(std::string_view header) noexcept;

  [[nodiscard]] std::span<const AcceptClause> clauses() const noexcept { return {clauses_.data(), size_}; }

  /// The q of the first clause with that value (any case), or -1.
  [[nodiscard]] int q_of(std::string_view value) const noexcept;

 private:
  void add(std::string_view clause) noexcept;

  std::array<AcceptClause, kMaxClauses> clauses_;
  std::size_t size_ = 0;
};

/// ASCII only, whatever the locale.
[[nodiscard]] bool equals_ignoring_case(std::string_view a, std::string_view b) noexcept;

}  // namespace vitals::detail
