find_package(prometheus-cpp CONFIG REQUIRED)
