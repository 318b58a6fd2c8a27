/* A back end in C: what c_api_layer.h promises, asked through it alone. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/layers/c_api_layer.h"

#define CHECK(holds)                                                                        \
  do {                                                                                      \
    if (!(holds)) {                                                                         \
      fprintf(stderr, "%s:%d: not so: %s (%s)\n", __FILE__, __LINE__, #holds, metrics_message()); \
      exit(1);                                                                              \
    }                                                                                       \
  } while (0)

static char text[1 << 16];

static const char* text_of(MetricsServer* server) {
  size_t size = sizeof text;
  CHECK(metrics_server_text(server, text, &size) == MetricsOk);
  CHECK(size == strlen(text) + 1);
  return text;
}

static int shows(MetricsServer* server, const char* line) { return strstr(text_of(server), line) != NULL; }

static void families_and_labels(MetricsServer* server) {
  MetricsFamily* family = NULL;
  MetricsMetric *ab = NULL, *ba = NULL, *other = NULL;
  const MetricsLabel labels[] = {{"model", "a"}, {"gpu", "0"}}, reversed[] = {{"gpu", "0"}, {"model", "a"}};
  double value = 0;

  CHECK(metrics_family_new(server, MetricsCounter, "cache_hit", "Hits.", NULL, 0, &family) == MetricsOk);
  CHECK(metrics_metric_new(family, labels, 2, &ab) == MetricsOk);
  CHECK(metrics_metric_new(family, reversed, 2, &ba) == MetricsOk);
  CHECK(metrics_metric_new(family, labels, 1, &other) == MetricsOk);
  CHECK(metrics_metric_add(ab, 2) == MetricsOk && metrics_metric_add(ba, 1) == MetricsOk);
  CHECK(metrics_metric_value(ab, &value) == MetricsOk && value == 3);
  CHECK(shows(server, "cache_hit{gpu=\"0\",model=\"a\"} 3\n") && shows(server, "cache_hit{model=\"a\"} 0\n"));
  CHECK(metrics_metric_set(ab, 1) == MetricsInvalid);

  /* Two handles are one series, which ends with the last of them. */
  metrics_metric_delete(ab);
  CHECK(shows(server, "cache_hit{gpu=\"0\",model=\"a\"} 3\n"));
  metrics_metric_delete(ba);
  CHECK(!shows(server, "gpu="));

  /* A handle outlives its family. */
  metrics_family_delete(family);
  CHECK(strcmp(text_of(server), "") == 0);
  CHECK(metrics_metric_add(other, 5) == MetricsOk);
  CHECK(strcmp(text_of(server), "") == 0);

  /* And the name serves another kind, and help text. */
  CHECK(metrics_family_new(server, MetricsGauge, "cache_hit", "Now a gauge.", NULL, 0, &family) == MetricsOk);
  CHECK(metrics_metric_new(family, labels, 1, &ab) == MetricsOk);
  CHECK(metrics_metric_set(ab, 7) == MetricsOk && metrics_metric_add(other, 1) == MetricsOk);
  metrics_metric_delete(other);
  CHECK(shows(server, "# TYPE cache_hit gauge\ncache_hit{model=\"a\"} 7\n"));
  metrics_metric_delete(ab);
  metrics_family_delete(family);
}

static void errors(MetricsServer* server) {
  const double bounds[] = {1, 2}, falling[] = {2, 1}, others[] = {1, 2, 3};
  const MetricsLabel twice[] = {{"a", "1"}, {"a", "2"}}, bad = {"no label", "x"};
  MetricsFamily *family = NULL, *same = NULL, *refused = NULL;
  MetricsMetric* metric = NULL;
  size_t size = 1;

  CHECK(metrics_family_new(server, MetricsCounter, "1st", "F.", NULL, 0, &refused) == MetricsInvalid);
  CHECK(strstr(metrics_message(), "1st") != NULL);
  CHECK(metrics_family_new(server, MetricsHistogram, "h", "H.", falling, 2, &refused) == MetricsInvalid);
  CHECK(metrics_family_new(server, MetricsHistogram, "h", "H.", bounds, 2, &family) == MetricsOk);
  CHECK(metrics_family_new(server, MetricsHistogram, "h", "H.", bounds, 2, &same) == MetricsOk);
  CHECK(metrics_family_new(server, MetricsHistogram, "h", "H.", others, 3, &refused) == MetricsInvalid);
  CHECK(metrics_family_new(server, MetricsGauge, "h", "H.", NULL, 0, &refused) == MetricsInvalid);
  CHECK(refused == NULL);
  CHECK(metrics_metric_new(family, twice, 2, &metric) == MetricsInvalid);
  CHECK(metrics_metric_new(family, &bad, 1, &metric) == MetricsInvalid);
  CHECK(strstr(metrics_message(), "no label") != NULL);
  CHECK(metric == NULL);
  CHECK(metrics_metric_new(family, NULL, 0, &metric) == MetricsOk);
  metrics_family_delete(same);
  CHECK(metrics_metric_add(metric, 1.5) == MetricsOk && shows(server, "h_bucket{le=\"2\"} 1\n"));

  CHECK(metrics_server_text(server, text, &size) == MetricsTooSmall && size > 1);
  metrics_metric_delete(metric);
  metrics_family_delete(family);
}

static void models(MetricsServer* server) {
  const MetricsLabel tag = {"tier", "gold"};
  MetricsModel *plain = NULL, *tagged = NULL, *again = NULL;
  int i = 0;

  CHECK(metrics_model_load(server, "vision", NULL, 0, &plain) == MetricsOk);
  CHECK(metrics_model_load(server, "vision", &tag, 1, &tagged) == MetricsOk);
  CHECK(metrics_model_load(server, "vision", NULL, 0, &again) == MetricsOk);
  metrics_model_infer(plain, 0.005, 1);
  metrics_model_infer(again, 0.5, 0);
  metrics_model_infer(tagged, 0.05, 1);
  CHECK(shows(server, "inference_request{model=\"vision\"} 2\n"));
  CHECK(shows(server, "inference_failure{model=\"vision\"} 1\n"));
  CHECK(shows(server, "inference_request{model=\"vision\",tier=\"gold\"} 1\n"));
  CHECK(shows(server, "inference_seconds_bucket{model=\"vision\",le=\"0.01\"} 1\n"));

  metrics_model_unload(plain);
  CHECK(shows(server, "inference_request{model=\"vision\"} 2\n"));
  metrics_model_unload(again);
  CHECK(!shows(server, "inference_request{model=\"vision\"}"));
  CHECK(shows(server, "inference_request{model=\"vision\",tier=\"gold\"} 1\n"));
  metrics_model_unload(tagged);
  CHECK(strcmp(text_of(server), "") == 0);

  for (i = 0; i < 1000; ++i) {
    CHECK(metrics_model_load(server, "vision", NULL, 0, &plain) == MetricsOk);
    metrics_model_infer(plain, 0.005, 1);
    if (i % 100 == 0) CHECK(shows(server, "inference_request{model=\"vision\"} 1\n"));
    metrics_model_unload(plain);
  }
  CHECK(strcmp(text_of(server), "") == 0);
}

int main(void) {
  MetricsServer* server = NULL;
  CHECK(metrics_server_new(&server) == MetricsOk);
  families_and_labels(server);
  errors(server);
  models(server);
  metrics_server_delete(server);
  return 0;
}
