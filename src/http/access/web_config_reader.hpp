#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "http/access/web_config.hpp"
#include "yaml/yaml_tree.hpp"

namespace vitals::detail {

/// Reads the tree of a web.yml, and collects what is wrong with it.
/// Not thread-safe. Lifetime: the tree must outlive it.
class WebConfigReader {
 public:
  WebConfigReader(const YamlValue& root, const std::string& path);

  /// Throws std::invalid_argument with a line for each mistake, in the order of the file.
  [[nodiscard]] WebConfig read();

 private:
  struct Mistake {
    YamlPlace place;
    std::string text;
  };
  struct Entry {
    std::string_view key;
    const YamlValue* name;
    const YamlValue* value;
  };

  void add(const YamlValue& at, std::string text);
  [[nodiscard]] std::string place_of(const YamlValue& value) const;
  [[nodiscard]] std::string lines();

  /// The entries of a map whose keys are known; none of what is no map.
  [[nodiscard]] std::vector<Entry> entries(const YamlValue& value, const std::string& what,
                                           std::span<const std::string_view> known);
  /// Those of a map with any keys, each once.
  [[nodiscard]] std::vector<Entry> entries(const YamlValue& value, const std::string& what);
  [[nodiscard]] std::string text(const Entry& entry);
  [[nodiscard]] std::vector<const YamlValue*> texts(const Entry& entry);
  [[nodiscard]] bool boolean(const Entry& entry, bool otherwise);
  [[nodiscard]] std::string path(const Entry& entry);

  [[nodiscard]] std::optional<TlsSettings> tls(const Entry& entry);
  void read_pem(const Entry& entry, PemSource& into);
  void read_names(const Entry& entry, TlsSettings& into);
  void judge_tls(const Entry& entry, const std::vector<Entry>& given, const TlsSettings& settings);
  [[nodiscard]] TlsVersion version(const Entry& entry, TlsVersion otherwise);
  [[nodiscard]] ClientAuth client_auth(const Entry& entry);
  template <class Known, class Name>
  [[nodiscard]] std::vector<std::string> known_texts(const Entry& entry, const Known& known, Name name,
                                                     const std::string& what);
  void read_http(const YamlValue& value, WebConfig& into);
  void read_headers(const YamlValue& value, WebConfig& into);
  void read_users(const YamlValue& value, Users& into);
  [[nodiscard]] std::optional<RequestRate> rate_limit(const YamlValue& value);
  [[nodiscard]] std::chrono::nanoseconds duration(const Entry& entry);

  const YamlValue& root_;
  const std::string shown_;
  const std::string folder_;  // with its slash; empty: that of the process
  std::vector<Mistake> mistakes_;
  std::size_t further_mistakes_ = 0;
};

}  // namespace vitals::detail
