find_package(prometheus-cpp CONFIG QUIET)
set(vitals_dependencies prometheus-cpp::core)
set(vitals_packages prometheus-cpp-dev)
