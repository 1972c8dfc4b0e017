resource "google_pubsub_topic" "requests" {
  project    = var.project_id
  name       = "${var.name}-requests"
  labels     = var.labels
  depends_on = [google_project_service.this]
}

resource "google_pubsub_topic" "events" {
  project    = var.project_id
  name       = "${var.name}-events"
  labels     = var.labels
  depends_on = [google_project_service.this]
}

resource "google_pubsub_topic" "dead_letters" {
  project    = var.project_id
  name       = "${var.name}-dead-letters"
  labels     = var.labels
  depends_on = [google_project_service.this]
}

resource "google_pubsub_subscription" "requests" {
  project                    = var.project_id
  name                       = "${var.name}-requests"
  topic                      = google_pubsub_topic.requests.id
  labels                     = var.labels
  ack_deadline_seconds       = 120
  message_retention_duration = "604800s"

  push_config {
    # The functions framework reads the topic from the path.
    push_endpoint = "${google_cloudfunctions2_function.this["pubsub"].service_config[0].uri}/${google_pubsub_topic.requests.id}"

    oidc_token {
      service_account_email = google_service_account.push.email
      audience              = google_cloudfunctions2_function.this["pubsub"].service_config[0].uri
    }
  }

  retry_policy {
    minimum_backoff = "10s"
    maximum_backoff = "600s"
  }

  dead_letter_policy {
    dead_letter_topic     = google_pubsub_topic.dead_letters.id
    max_delivery_attempts = 20
  }

  expiration_policy {
    ttl = ""
  }

  depends_on = [
    google_cloud_run_v2_service_iam_member.push,
    google_service_account_iam_member.pubsub_agent,
    google_pubsub_topic_iam_member.dead_letters,
    google_pubsub_subscription.dead_letters,
  ]
}

# Without a subscription a dead letter would be gone.
resource "google_pubsub_subscription" "dead_letters" {
  project                    = var.project_id
  name                       = "${var.name}-dead-letters"
  topic                      = google_pubsub_topic.dead_letters.id
  labels                     = var.labels
  ack_deadline_seconds       = 120
  message_retention_duration = "1209600s"

  # For the time of a replay it pushes.
  retry_policy {
    minimum_backoff = "10s"
    maximum_backoff = "600s"
  }

  expiration_policy {
    ttl = ""
  }
}

resource "google_pubsub_topic_iam_member" "events" {
  project = var.project_id
  topic   = google_pubsub_topic.events.name
  role    = "roles/pubsub.publisher"
  member  = google_service_account.run.member
}

resource "google_pubsub_topic_iam_member" "publishers" {
  for_each = var.publishers

  project = var.project_id
  topic   = google_pubsub_topic.requests.name
  role    = "roles/pubsub.publisher"
  member  = each.value
}

# Pub/Sub itself moves dead letters and makes the tokens of its pushes.
resource "google_pubsub_topic_iam_member" "dead_letters" {
  project = var.project_id
  topic   = google_pubsub_topic.dead_letters.name
  role    = "roles/pubsub.publisher"
  member  = local.pubsub_agent
}

resource "google_pubsub_subscription_iam_member" "dead_letters" {
  project      = var.project_id
  subscription = google_pubsub_subscription.requests.name
  role         = "roles/pubsub.subscriber"
  member       = local.pubsub_agent
}

resource "google_service_account_iam_member" "pubsub_agent" {
  service_account_id = google_service_account.push.name
  role               = "roles/iam.serviceAccountTokenCreator"
  member             = local.pubsub_agent
}
