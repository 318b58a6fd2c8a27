find_package(Threads ${vitals_required})
set(vitals_dependencies Threads::Threads)
