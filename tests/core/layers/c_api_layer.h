/* The metric layer of an inference server that offers its metrics to back ends in C, over the border of a shared
 * library: opaque handles, codes and messages instead of exceptions, labels that are known only at run time, text into
 * the caller's buffer, and models that are loaded and unloaded while the server runs.
 * Safe from any thread. A call whose code isn't MetricsOk has changed nothing, and metrics_message() says why. What was
 * removed may still be recorded to as long as its handle was not deleted and the server is there: it shows nowhere. */
#pragma once

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct MetricsServer MetricsServer; /* outlives all that is made of it */
typedef struct MetricsFamily MetricsFamily;
typedef struct MetricsMetric MetricsMetric;
typedef struct MetricsModel MetricsModel;

typedef enum { MetricsOk, MetricsInvalid, MetricsTooSmall, MetricsNoMemory, MetricsFailed } MetricsCode;
typedef enum { MetricsCounter, MetricsGauge, MetricsHistogram } MetricsKind;
typedef struct {
  const char* name;
  const char* value;
} MetricsLabel;

/* Of the last call of this thread that failed. */
const char* metrics_message(void);

MetricsCode metrics_server_new(MetricsServer** made);
void metrics_server_delete(MetricsServer* server);

/* The text of all metrics, with '\0' at its end. `size`: what the buffer has, then what is needed, the '\0' too. */
MetricsCode metrics_server_text(MetricsServer* server, char* buffer, size_t* size);

/* Bounds are those of a histogram. The same again gives another handle of the same metric. */
MetricsCode metrics_family_new(MetricsServer* server, MetricsKind kind, const char* name, const char* help,
                               const double* bounds, size_t n_bounds, MetricsFamily** made);
/* Ends the metric with the last of its handles; then its name may be given to another. */
void metrics_family_delete(MetricsFamily* family);

/* The series with these labels, in any order, which ends with the last of its handles. */
MetricsCode metrics_metric_new(MetricsFamily* family, const MetricsLabel* labels, size_t n_labels,
                               MetricsMetric** made);
void metrics_metric_delete(MetricsMetric* metric);
/* Counts, adds or observes, by its kind. */
MetricsCode metrics_metric_add(MetricsMetric* metric, double value);
MetricsCode metrics_metric_set(MetricsMetric* metric, double value); /* of gauges */
MetricsCode metrics_metric_value(MetricsMetric* metric, double* value);

/* The metrics of a model, which end when it was unloaded as often as it was loaded. Tags are labels beside its name. */
MetricsCode metrics_model_load(MetricsServer* server, const char* name, const MetricsLabel* tags, size_t n_tags,
                               MetricsModel** made);
void metrics_model_infer(MetricsModel* model, double seconds, int succeeded);
void metrics_model_unload(MetricsModel* model);

#ifdef __cplusplus
}
#endif
