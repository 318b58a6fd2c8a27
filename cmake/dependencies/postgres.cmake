find_package(PkgConfig ${vitals_required})
pkg_check_modules(libpqxx ${vitals_required} IMPORTED_TARGET GLOBAL libpqxx>=6.4)
set(vitals_dependencies PkgConfig::libpqxx)
