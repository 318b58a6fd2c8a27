find_package(CURL 7.87 QUIET)
set(vitals_dependencies CURL::libcurl)
set(vitals_packages libcurl4-openssl-dev)
