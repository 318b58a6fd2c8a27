/* The metric layer of a program in C and C++ whose parts know their metrics by name alone: every call names the metric
 * and gives its labels as pairs of strings, name and value, which may be others at each call. Nothing is declared
 * beforehand. Names are exposed as they are given, those of counters too.
 * Safe from any thread. No call throws, and none ends the program: one that can't be is dropped, counted, and told by
 * metric_last_error(). */
#pragma once

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* metric_counter_add("requests", 1, 2, "method", "GET", "code", "200") */
void metric_counter_add(const char* name, double n, size_t n_labels, ...);
void metric_gauge_set(const char* name, double value, size_t n_labels, ...);
void metric_gauge_add(const char* name, double n, size_t n_labels, ...);
/* The bounds of the buckets are those of the first call with that name; in others they are not looked at. */
void metric_histogram_observe(const char* name, double value, const double* bounds, size_t n_bounds, size_t n_labels,
                              ...);

/* Ends the series with these labels. Returns 1, or 0 if there is none. */
int metric_gauge_remove(const char* name, size_t n_labels, ...);
/* Ends the metric with all its series; its name may be given to another kind then. Returns 1, or 0 if there is none. */
int metric_remove(const char* name);

/* How many calls were dropped so far, and why the last one of this thread was; "" if none was. */
size_t metric_errors(void);
const char* metric_last_error(void);

#ifdef __cplusplus
}
#endif
