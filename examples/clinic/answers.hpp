#pragma once

#include <exception>
#include <string>

#include <httplib.h>

#include "problem.hpp"

namespace clinic {

void answer_json(httplib::Response& response, int status, const std::string& json);
void answer_problem(httplib::Response& response, const Problem& problem);

/// What a client is told of an exception that ended its request: a Problem as it is, an outage of the database as 503,
/// the rest as 500. What the operator should know of it goes to stderr, at most one line a second.
Problem to_problem(const std::exception_ptr& error);

/// What a client is told when the HTTP library refused its request itself.
Problem problem_of_status(int status);

}  // namespace clinic
