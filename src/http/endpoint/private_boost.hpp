#pragma once

// Boost under a name of our own, for event_loop.cpp and request_head.cpp. Include this before any header of Boost, and
// write `boost::` as usual. Boost's templates and inline functions are compiled into our library as weak symbols, of
// which the linker keeps one for the whole program: where that has another version of Boost, or other switches such as
// BOOST_ASIO_DISABLE_THREADS, its code would run on our objects, or ours on its. Why it is done in this way:
// docs/decisions/0009-boost-under-a-name-of-our-own.md
#ifdef BOOST_CONFIG_HPP
#error "include http/endpoint/private_boost.hpp before any header of Boost"
#endif

// The namespace, and the functions and namespaces that Asio has beside it. The test libraries.private_symbols finds
// those that a later Boost adds. Where Boost computes the name of a header, the name begins with `vitals_net/` too:
// that is a link to Boost's headers, which CMakeLists.txt makes.
#define boost vitals_net
#define boost_asio_detail_posix_thread_function vitals_net_posix_thread_function
#define boost_asio_execution_bulk_execute_fn vitals_net_execution_bulk_execute_fn
#define boost_asio_execution_connect_fn vitals_net_execution_connect_fn
#define boost_asio_execution_execute_fn vitals_net_execution_execute_fn
#define boost_asio_execution_schedule_fn vitals_net_execution_schedule_fn
#define boost_asio_execution_set_done_fn vitals_net_execution_set_done_fn
#define boost_asio_execution_set_error_fn vitals_net_execution_set_error_fn
#define boost_asio_execution_set_value_fn vitals_net_execution_set_value_fn
#define boost_asio_execution_start_fn vitals_net_execution_start_fn
#define boost_asio_execution_submit_fn vitals_net_execution_submit_fn
#define boost_asio_handler_alloc_helpers vitals_net_handler_alloc_helpers
#define boost_asio_handler_cont_helpers vitals_net_handler_cont_helpers
#define boost_asio_handler_invoke_helpers vitals_net_handler_invoke_helpers
#define boost_asio_prefer_fn vitals_net_prefer_fn
#define boost_asio_query_fn vitals_net_query_fn
#define boost_asio_require_concept_fn vitals_net_require_concept_fn
#define boost_asio_require_fn vitals_net_require_fn

// Most of them as Boost before 1.81 calls them.
#define asio_execution_bulk_execute_fn vitals_net_execution_bulk_execute_fn
#define asio_execution_connect_fn vitals_net_execution_connect_fn
#define asio_execution_execute_fn vitals_net_execution_execute_fn
#define asio_execution_schedule_fn vitals_net_execution_schedule_fn
#define asio_execution_set_done_fn vitals_net_execution_set_done_fn
#define asio_execution_set_error_fn vitals_net_execution_set_error_fn
#define asio_execution_set_value_fn vitals_net_execution_set_value_fn
#define asio_execution_start_fn vitals_net_execution_start_fn
#define asio_execution_submit_fn vitals_net_execution_submit_fn
#define asio_prefer_fn vitals_net_prefer_fn
#define asio_query_fn vitals_net_query_fn
#define asio_require_concept_fn vitals_net_require_concept_fn
#define asio_require_fn vitals_net_require_fn

// Switches that a project which vitals is a part of may set for all its sources. Ours are compiled as they were tested:
// whole and by themselves, with threads, epoll and exceptions, and they write nothing to stderr.
#undef BOOST_ALL_DYN_LINK
#undef BOOST_ASIO_CUSTOM_HANDLER_TRACKING
#undef BOOST_ASIO_DISABLE_EPOLL
#undef BOOST_ASIO_DISABLE_THREADS
#undef BOOST_ASIO_DYN_LINK
#undef BOOST_ASIO_ENABLE_HANDLER_TRACKING
#undef BOOST_ASIO_HAS_IO_URING
#undef BOOST_ASIO_HAS_IO_URING_AS_DEFAULT
#undef BOOST_ASIO_NO_EXCEPTIONS
#undef BOOST_ASIO_SEPARATE_COMPILATION
#undef BOOST_BEAST_SEPARATE_COMPILATION
#undef BOOST_BEAST_SPLIT_COMPILATION
#undef BOOST_ENABLE_ASSERT_DEBUG_HANDLER
#undef BOOST_ENABLE_ASSERT_HANDLER
#undef BOOST_EXCEPTION_DISABLE
#undef BOOST_NO_EXCEPTIONS

// Exceptions are those of the standard alone: nobody asks ours for a boost::exception.
#define BOOST_EXCEPTION_DISABLE
