find_package(Threads QUIET)
set(vitals_dependencies Threads::Threads)
set(vitals_packages libc6-dev)
