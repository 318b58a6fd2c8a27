#include "http/access/certificates.hpp"

namespace vitals::testing {

namespace {

constexpr const char* kNewKey = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 ";

std::string files_of(const std::string& name) {
  return "-keyout " + name + ".key -out " + name + ".pem -subj /CN=" + name;
}

std::string ca_of(const std::string& ca) { return " -CA " + ca + ".pem -CAkey " + ca + ".key"; }

}  // namespace

void Certificates::authority(const std::string& name) const {
  folder_.must_run(kNewKey + files_of(name) + " -addext keyUsage=critical,keyCertSign");
}

void Certificates::issue(const std::string& name, const std::string& ca, const std::string& names) const {
  folder_.must_run(kNewKey + files_of(name) + ca_of(ca) + " -addext basicConstraints=critical,CA:FALSE" +
                   (names.empty() ? "" : " -addext subjectAltName=" + names));
}

void Certificates::issue_for(const std::string& name, const std::string& ca, const std::string& begin,
                             const std::string& end) const {
  folder_.write("issue.cnf",
                "[ca]\ndefault_ca=here\n[here]\ndatabase=issued\npolicy=any\ndefault_md=sha256\nnew_certs_dir=.\n"
                "rand_serial=yes\nunique_subject=no\n[any]\ncommonName=supplied\n");
  folder_.write("issued", "");
  folder_.must_run("openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout " + name + ".key -out " +
                   name + ".csr -subj /CN=" + name + " && openssl ca -batch -notext -config issue.cnf -cert " + ca +
                   ".pem -keyfile " + ca + ".key -startdate " + begin + " -enddate " + end + " -in " + name +
                   ".csr -out " + name + ".pem");
}

}  // namespace vitals::testing
