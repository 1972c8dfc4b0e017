locals {
  metrics = { for metric in jsondecode(file("${path.module}/metrics.json")) : metric.name => metric }
  alerts  = { for alert in jsondecode(file("${path.module}/alerts.json")) : alert.name => alert }

  services   = [for function in google_cloudfunctions2_function.this : function.name]
  log_filter = "resource.type=\"cloud_run_revision\" AND resource.labels.location=\"${var.region}\" AND resource.labels.service_name=(${join(" OR ", [for service in local.services : "\"${service}\""])})"

  metric_prefix = "logging.googleapis.com/user/${var.name}"
  channels      = concat(var.notification_channels, [for channel in google_monitoring_notification_channel.email : channel.name])
  thresholds    = { failures_per_hour = var.failures_per_hour }
}

# Metrics cost the functions nothing: they are read off the log lines.
resource "google_logging_metric" "this" {
  for_each = local.metrics

  project          = var.project_id
  name             = "${var.name}/${each.key}"
  description      = each.value.description
  filter           = "${local.log_filter} AND jsonPayload.message=\"${each.value.message}\"${try(" AND jsonPayload.${each.value.value}>=0", "")}"
  value_extractor  = try("EXTRACT(jsonPayload.${each.value.value})", null)
  label_extractors = { for label in try(each.value.labels, []) : label => "EXTRACT(jsonPayload.${label})" }

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = can(each.value.value) ? "DISTRIBUTION" : "INT64"
    unit        = try(each.value.unit, "1")

    dynamic "labels" {
      for_each = try(each.value.labels, [])

      content {
        key        = labels.value
        value_type = "STRING"
      }
    }
  }

  dynamic "bucket_options" {
    for_each = can(each.value.value) ? [true] : []

    # From one to three million in steps of a third.
    content {
      exponential_buckets {
        num_finite_buckets = 53
        growth_factor      = 1.33
        scale              = 1
      }
    }
  }
}

resource "google_monitoring_notification_channel" "email" {
  for_each = var.notification_emails

  project      = var.project_id
  display_name = "${var.name}: ${each.value}"
  type         = "email"
  labels       = { email_address = each.value }
  depends_on   = [google_project_service.this]
}

# Alerts on what the service says of itself.
resource "google_monitoring_alert_policy" "log" {
  for_each = local.alerts

  project               = var.project_id
  display_name          = "${var.name}: ${each.value.title}"
  combiner              = "OR"
  severity              = each.value.severity
  notification_channels = local.channels
  user_labels           = var.labels

  conditions {
    display_name = each.value.title

    dynamic "condition_absent" {
      for_each = try([each.value.absent], [])

      content {
        filter   = "resource.type = \"cloud_run_revision\" AND metric.type = \"${local.metric_prefix}/${each.value.metric}\""
        duration = condition_absent.value

        aggregations {
          alignment_period     = "60s"
          per_series_aligner   = "ALIGN_DELTA"
          cross_series_reducer = "REDUCE_SUM"
        }
      }
    }

    dynamic "condition_threshold" {
      for_each = try([each.value.above], [])

      content {
        filter          = join(" AND ", compact(["resource.type = \"cloud_run_revision\"", "metric.type = \"${local.metric_prefix}/${each.value.metric}\"", try(each.value.where, "")]))
        comparison      = "COMPARISON_GT"
        threshold_value = try(local.thresholds[condition_threshold.value], tonumber(condition_threshold.value))
        duration        = each.value.for

        aggregations {
          alignment_period     = try(each.value.within, "60s")
          per_series_aligner   = "ALIGN_DELTA"
          cross_series_reducer = can(local.metrics[each.value.metric].value) ? "REDUCE_MEAN" : "REDUCE_SUM"
          group_by_fields      = [for label in try(each.value.by, []) : "metric.label.${label}"]
        }
      }
    }
  }

  alert_strategy {
    auto_close = "86400s"
  }

  documentation {
    mime_type = "text/markdown"
    content   = "What this means and what to do: ${var.runbook_url}#${each.key}. First look: `npx ee-export doctor --project=${var.project_id} --region=${var.region} --name=${var.name}`"
  }

  depends_on = [google_logging_metric.this]
}

# Alerts on what Google says of the subscriptions and functions.
resource "google_monitoring_alert_policy" "platform" {
  for_each = {
    dead-letters = {
      title  = "messages could not be delivered"
      filter = "resource.type = \"pubsub_subscription\" AND resource.label.subscription_id = \"${google_pubsub_subscription.dead_letters.name}\" AND metric.type = \"pubsub.googleapis.com/subscription/num_undelivered_messages\""
      above  = 0
    }
    requests-waiting = {
      title  = "a request has waited for ten minutes"
      filter = "resource.type = \"pubsub_subscription\" AND resource.label.subscription_id = \"${google_pubsub_subscription.requests.name}\" AND metric.type = \"pubsub.googleapis.com/subscription/oldest_unacked_message_age\""
      above  = 600
    }
  }

  project               = var.project_id
  display_name          = "${var.name}: ${each.value.title}"
  combiner              = "OR"
  severity              = "ERROR"
  notification_channels = local.channels
  user_labels           = var.labels

  conditions {
    display_name = each.value.title

    condition_threshold {
      filter          = each.value.filter
      comparison      = "COMPARISON_GT"
      threshold_value = each.value.above
      duration        = "300s"

      aggregations {
        alignment_period     = "60s"
        per_series_aligner   = "ALIGN_MAX"
        cross_series_reducer = "REDUCE_MAX"
      }
    }
  }

  alert_strategy {
    auto_close = "86400s"
  }

  documentation {
    mime_type = "text/markdown"
    content   = "What this means and what to do: ${var.runbook_url}#${each.key}"
  }
}

resource "google_monitoring_alert_policy" "server_errors" {
  project               = var.project_id
  display_name          = "${var.name}: a function answers with 5xx"
  combiner              = "OR"
  severity              = "ERROR"
  notification_channels = local.channels
  user_labels           = var.labels

  conditions {
    display_name = "a function answers with 5xx"

    condition_threshold {
      filter          = "resource.type = \"cloud_run_revision\" AND resource.label.service_name = starts_with(\"${var.name}-\") AND metric.type = \"run.googleapis.com/request_count\" AND metric.label.response_code_class = \"5xx\""
      comparison      = "COMPARISON_GT"
      threshold_value = 5
      duration        = "0s"

      aggregations {
        alignment_period     = "300s"
        per_series_aligner   = "ALIGN_DELTA"
        cross_series_reducer = "REDUCE_SUM"
        group_by_fields      = ["resource.label.service_name"]
      }
    }
  }

  alert_strategy {
    auto_close = "86400s"
  }

  documentation {
    mime_type = "text/markdown"
    content   = "What this means and what to do: ${var.runbook_url}#server-errors"
  }

  depends_on = [google_cloudfunctions2_function.this]
}

resource "google_monitoring_dashboard" "this" {
  project = var.project_id
  dashboard_json = templatefile("${path.module}/dashboard.json.tftpl", {
    name         = var.name
    prefix       = local.metric_prefix
    promql       = replace("logging_googleapis_com:user_${var.name}", "-", "_")
    requests     = google_pubsub_subscription.requests.name
    dead_letters = google_pubsub_subscription.dead_letters.name
    log_filter   = jsonencode("${local.log_filter} AND severity>=WARNING")
  })
  depends_on = [google_logging_metric.this]
}
