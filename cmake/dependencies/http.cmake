find_package(PkgConfig ${vitals_required})
pkg_check_modules(libdeflate ${vitals_required} IMPORTED_TARGET GLOBAL libdeflate)
set(vitals_dependencies PkgConfig::libdeflate)
