#pragma once

#include <string>

#include "http/access/test_folder.hpp"

namespace vitals::testing {

/// Makes keys and certificates with the openssl command: of `name`, name.pem and name.key in the folder.
class Certificates {
 public:
  explicit Certificates(const TestFolder& folder) : folder_(folder) {}

  /// A CA.
  void authority(const std::string& name) const;
  /// A certificate of a CA, for subject alternative names such as "DNS:a,IP:10.0.0.1"; of times such as
  /// 20200101000000Z if it is not of now.
  void issue(const std::string& name, const std::string& ca, const std::string& names = "DNS:localhost") const;
  void issue_for(const std::string& name, const std::string& ca, const std::string& begin,
                 const std::string& end) const;

 private:
  const TestFolder& folder_;
};

}  // namespace vitals::testing
