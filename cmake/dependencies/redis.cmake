find_package(PkgConfig ${vitals_required})
pkg_check_modules(hiredis ${vitals_required} IMPORTED_TARGET GLOBAL hiredis>=0.14)
set(vitals_dependencies PkgConfig::hiredis)
