find_package(prometheus-cpp CONFIG ${vitals_required})
set(vitals_dependencies prometheus-cpp::core)
